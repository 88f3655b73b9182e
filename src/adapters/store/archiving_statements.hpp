#pragma once
// The statements on archivings. The order of columns is the one of columns.cpp.

#include <string>

namespace pscheduler::adapters::store {

inline constexpr char kInsertArchiving[] =
    "INSERT INTO archiving (attempts, last_attempt_us, next_attempt_us, completed, archived, diags, run,"
    " position, archiver, spec, expires_us, destination)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
    " destination_of((SELECT salt FROM archiving_salt), ?9, ?10))";
inline constexpr char kChangeArchiving[] =
    "UPDATE archiving SET attempts = ?, last_attempt_us = ?, next_attempt_us = ?, completed = ?,"
    " archived = ?, diags = ? WHERE run = ? AND position = ?";
inline constexpr char kRemoveArchivings[] = "DELETE FROM archiving WHERE run = ?";

// Cross joins, so that the few archivings asked for are found first and the rest follows from them.
inline const std::string kSelectArchiving =
    "SELECT r.uuid, t.uuid, a.position, a.archiver, a.destination, a.spec, a.expires_us, a.attempts, "
    "a.last_attempt_us,"
    " a.next_attempt_us, a.completed, a.archived, a.diags";
inline const std::string kArchivingsOfRun =
    kSelectArchiving +
    " FROM archiving AS a JOIN run AS r ON r.number = a.run JOIN task AS t ON t.number = r.task"
    " WHERE r.uuid = ? ORDER BY a.position";
inline const std::string kOpenArchivings = kSelectArchiving +
                                           " FROM archiving AS a CROSS JOIN run AS r ON r.number = a.run"
                                           " CROSS JOIN task AS t ON t.number = r.task WHERE a.completed = 0";
inline const std::string kDueArchivings =
    kOpenArchivings +
    " AND a.destination = ?1 AND a.next_attempt_us <= ?2 AND (a.expires_us IS NULL OR a.expires_us > ?2)"
    " ORDER BY a.next_attempt_us, a.number LIMIT ?3";
inline const std::string kExpiredArchivings =
    kOpenArchivings + " AND a.expires_us <= ? ORDER BY a.expires_us, a.number LIMIT ?";

// The destinations one after the other, each with one look into the index however many archivings it has.
inline constexpr char kNextDestination[] =
    "SELECT destination, archiver, next_attempt_us, number FROM archiving WHERE completed = 0"
    " AND destination > ? ORDER BY destination, next_attempt_us, number LIMIT 1";
inline constexpr char kNextAttempt[] =
    "SELECT min(next_attempt_us) FROM archiving WHERE completed = 0 AND destination = ? AND next_attempt_us "
    "> ?";
inline constexpr char kNextExpiry[] =
    "SELECT min(expires_us) FROM archiving WHERE completed = 0 AND expires_us > ?";
inline constexpr char kCountArchivings[] =
    "SELECT count(*) FILTER (WHERE next_attempt_us <= ?1), count(*) FILTER (WHERE next_attempt_us > ?1)"
    " FROM archiving WHERE completed = 0";

}  // namespace pscheduler::adapters::store
