#pragma once
// The statements on destinations, and on archivings by their destination. The order of columns is the one of
// destination_rows.cpp.

#include <string>

#include "adapters/store/archiving_statements.hpp"

namespace pscheduler::adapters::store {

inline constexpr char kSetDestination[] =
    "INSERT INTO destination (id, archiver, label, place, last_success_us, last_failure_us, last_error,"
    " failing_since_us, reported, seen_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET archiver = excluded.archiver, label = excluded.label,"
    " place = excluded.place, last_success_us = excluded.last_success_us,"
    " last_failure_us = excluded.last_failure_us, last_error = excluded.last_error,"
    " failing_since_us = excluded.failing_since_us, reported = excluded.reported, seen_us = excluded.seen_us";
inline constexpr char kForgetDestination[] = "DELETE FROM destination WHERE id = ?";
inline constexpr char kRenewArchiving[] =
    "UPDATE archiving SET expires_us = ? WHERE run = (SELECT number FROM run WHERE uuid = ?) AND position = "
    "?";
inline constexpr char kAllDestinations[] =
    "SELECT id, archiver, label, place, last_success_us, last_failure_us, last_error, failing_since_us,"
    " reported, seen_us FROM destination ORDER BY seen_us DESC, id LIMIT ?";

// Each by a walk along an index that has all it needs.
inline constexpr char kWaitingByDestination[] =
    "SELECT destination, count(*), min(number) FROM archiving WHERE completed = 0"
    " GROUP BY destination ORDER BY destination LIMIT ?";
inline constexpr char kGivenUpByDestination[] =
    "SELECT destination, count(*), max(number) FROM archiving WHERE completed = 1 AND archived = 0"
    " GROUP BY destination ORDER BY destination LIMIT ?";
inline constexpr char kPlaceOfArchiving[] =
    "SELECT r.uuid, a.position, r.end_us FROM archiving AS a JOIN run AS r ON r.number = a.run"
    " WHERE a.number = ?";

// What was given up, the latest first, from a place on.
inline const std::string kGivenUp =
    kSelectArchiving +
    ", a.number FROM archiving AS a CROSS JOIN run AS r ON r.number = a.run"
    " CROSS JOIN task AS t ON t.number = r.task WHERE a.completed = 1 AND a.archived = 0"
    " AND (a.next_attempt_us, a.number) < (?, ?)";
inline const std::string kLatestFirst = " ORDER BY a.next_attempt_us DESC, a.number DESC LIMIT ?";
inline const std::string kAllGivenUp = kGivenUp + kLatestFirst;
inline const std::string kGivenUpThere = kGivenUp + " AND a.destination = ?" + kLatestFirst;

}  // namespace pscheduler::adapters::store
