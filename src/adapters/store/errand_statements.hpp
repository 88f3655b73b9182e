#pragma once
// The statements on errands. The order of columns is the one of errand_rows.cpp.

namespace pscheduler::adapters::store {

inline constexpr char kInsertErrand[] =
    "INSERT INTO errand (host, bind_address, task, run, key, tells, added_us, expires_us, next_attempt_us,"
    " attempts, problem, uuid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uuid) DO NOTHING";
inline constexpr char kChangeErrand[] =
    "UPDATE errand SET host = ?, bind_address = ?, task = ?, run = ?, key = ?, tells = ?, added_us = ?,"
    " expires_us = ?, next_attempt_us = ?, attempts = ?, problem = ? WHERE uuid = ?";
inline constexpr char kRemoveErrand[] = "DELETE FROM errand WHERE uuid = ?";
inline constexpr char kErrands[] =
    "SELECT uuid, host, bind_address, task, run, key, tells, added_us, expires_us, next_attempt_us,"
    " attempts, problem FROM errand ORDER BY next_attempt_us, number";

}  // namespace pscheduler::adapters::store
