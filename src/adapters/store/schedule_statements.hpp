#pragma once
// The statements on the schedule as a whole.
//
// A run that overlaps a range either starts in it, or started before and still goes on. Nearly all runs are
// short: those that started before are found among the starts of the last kLongRunUs, and the few longer ones
// through an index of their own. So a page costs what it shows, not what the table holds.

#include <cstdint>
#include <string>

namespace pscheduler::adapters::store {

// The boundary between short and long, as in the index run_long.
inline constexpr std::int64_t kLongRunUs = 600'000'000;

inline const std::string kSelectScheduled =
    "SELECT r.number, r.uuid, t.uuid, r.start_us, r.end_us, r.state, r.errors, r.priority, t.scheduling_class"
    " FROM run AS r JOIN task AS t ON t.number = r.task";

// Parameters: behind (start, number), from, from, until, limit. One lower bound alone, so that every page
// begins where the last one ended.
inline const std::string kScheduleFrom =
    kSelectScheduled +
    " WHERE (r.start_us, r.number) > (?, ?) AND (r.end_us > ? OR r.start_us >= ?)"
    " AND r.start_us < ? ORDER BY r.start_us, r.number LIMIT ?";
// The same behind the number of the task.
inline const std::string kScheduleOfTaskFrom =
    kSelectScheduled +
    " WHERE r.task = (SELECT number FROM task WHERE uuid = ?)"
    " AND (r.start_us, r.number) > (?, ?) AND (r.end_us > ? OR r.start_us >= ?)"
    " AND r.start_us < ? ORDER BY r.start_us, r.number LIMIT ?";
// Parameters: from, before, behind (start, number), until, any task, task, limit. They are few: sorted.
inline const std::string kLongRuns =
    kSelectScheduled +
    " WHERE r.end_us - r.start_us > 600000000 AND r.end_us > ? AND +r.start_us < ?"
    " AND (+r.start_us, r.number) > (?, ?) AND +r.start_us < ?"
    " AND (? OR r.task = (SELECT number FROM task WHERE uuid = ?))"
    " ORDER BY +r.start_us, r.number LIMIT ?";

// Around an instant.
inline const std::string kPastRuns =
    kSelectScheduled + " WHERE r.state >= 5 AND r.end_us <= ? ORDER BY r.end_us DESC LIMIT ?";
inline const std::string kLateRuns =
    kSelectScheduled + " WHERE r.state IN (2, 3, 4) AND r.start_us <= ? AND r.end_us <= ? LIMIT ?";
inline const std::string kFutureRuns =
    kSelectScheduled +
    " WHERE r.start_us > ? AND +r.state IN (1, 2, 10) ORDER BY r.start_us, r.number LIMIT ?";

// Counts.
inline constexpr char kCountRuns[] =
    "SELECT count(*) FROM run WHERE state = ? AND start_us >= ? AND start_us <= ?";
inline constexpr char kCountStates[] = "SELECT state, count(*) FROM run GROUP BY state ORDER BY state";
inline constexpr char kCountTasks[] = "SELECT count(*), ifnull(sum(enabled), 0) FROM task_progress";

}  // namespace pscheduler::adapters::store
