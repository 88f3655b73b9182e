#pragma once
// The statements on charges. The order of columns is the one of charge_rows.cpp.

namespace pscheduler::adapters::store {

inline constexpr char kInsertCharge[] =
    "INSERT INTO charge (account, run, start_us, time_us, bytes, added_us, forgotten_us, has_run)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, 0)";
inline constexpr char kForgetCharges[] = "DELETE FROM charge WHERE forgotten_us <= ?";
inline constexpr char kKeepCharges[] = "UPDATE charge SET has_run = 1 WHERE run = ? AND has_run = 0";
inline constexpr char kDropCharges[] = "DELETE FROM charge WHERE run = ? AND has_run = 0";
inline constexpr char kChargesOfAccount[] =
    "SELECT account, run, start_us, time_us, bytes, added_us, forgotten_us FROM charge"
    " WHERE account = ? AND start_us > ? AND start_us < ? ORDER BY start_us, number LIMIT ?";

}  // namespace pscheduler::adapters::store
