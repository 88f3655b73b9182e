#pragma once
// The statements of housekeeping. Order of columns: retention_queries.cpp.

#include <string>

namespace pscheduler::adapters::store {

// Old runs. The join keeps to the order in which it is written: runs are found through the index of their
// instant, already sorted.
inline const std::string kSelectOldRun =
    "r.number, r.uuid, t.uuid, coalesce(s.bytes, 0),"
    " CASE WHEN r.state IN (9, 10) THEN r.latest_start_us END,"
    " (SELECT max(coalesce(a.expires_us, 9223372036854775807)) FROM archiving AS a"
    " WHERE a.run = r.number AND a.completed = 0)"
    " FROM run AS r CROSS JOIN task AS t ON t.number = r.task LEFT JOIN run_results AS s ON s.run = r.number";
inline const std::string kEndedRuns =
    "SELECT r.end_us, " + kSelectOldRun +
    " WHERE r.state >= 5 AND (r.end_us, r.number) > (?, ?) ORDER BY r.end_us, r.number LIMIT ?";
inline const std::string kUnfinishedRunsByEnd =
    "SELECT r.end_us, " + kSelectOldRun +
    " WHERE r.state <= 4 AND (r.end_us, r.number) > (?, ?) ORDER BY r.end_us, r.number LIMIT ?";
inline const std::string kExpiringRuns =
    "SELECT r.expires_us, " + kSelectOldRun +
    " WHERE r.expires_us IS NOT NULL AND r.state >= 5 AND (r.expires_us, r.number) > (?, ?)"
    " ORDER BY r.expires_us, r.number LIMIT ?";

inline const std::string kOldTasks =
    "SELECT coalesce(p.canceled_us, p.latest_end_us, 0), p.task, t.uuid, t.participant,"
    " t.repeat_us IS NOT NULL OR t.repeat_cron <> '', p.enabled,"
    " EXISTS (SELECT 1 FROM run WHERE run.task = p.task),"
    " t.added_us, t.start_us, t.until_us, p.latest_end_us, p.canceled_us, t.max_runs, p.runs"
    " FROM task_progress AS p CROSS JOIN task AS t ON t.number = p.task"
    " WHERE p.plans_runs = 0 AND coalesce(p.canceled_us, p.latest_end_us, 0) >= ?1"
    " AND (coalesce(p.canceled_us, p.latest_end_us, 0) > ?1 OR p.task > ?2)"
    " ORDER BY coalesce(p.canceled_us, p.latest_end_us, 0), p.task LIMIT ?3";

inline constexpr char kRemoveTask[] =
    "DELETE FROM task WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM run WHERE run.task = ?1)";
inline constexpr char kRemoveProgress[] = "DELETE FROM task_progress WHERE task = ?";

// Rows that belong to nothing. No statement leaves any; a damaged database that was mended, or a person with
// the sqlite3 shell, may.
inline constexpr char kNumbersEnd[] =
    "SELECT 1 + max((SELECT coalesce(max(number), 0) FROM task), (SELECT coalesce(max(number), 0) FROM run),"
    " (SELECT coalesce(max(task), 0) FROM task_progress), (SELECT coalesce(max(run), 0) FROM run_results),"
    " (SELECT coalesce(max(run), 0) FROM state_change), (SELECT coalesce(max(run), 0) FROM archiving))";

struct OrphanedRows {
  const char* table;
  const char* number;  // the column by which they are looked through
  const char* missing;
};

// In an order in which one may leave rows to the ones after it.
inline constexpr OrphanedRows kOrphanedRows[] = {
    {"task", "number", "SELECT 1 FROM task_progress WHERE task_progress.task = task.number"},
    {"task_progress", "task", "SELECT 1 FROM task WHERE task.number = task_progress.task"},
    {"run", "number", "SELECT 1 FROM task WHERE task.number = run.task"},
    {"run_results", "run", "SELECT 1 FROM run WHERE run.number = run_results.run"},
    {"state_change", "run", "SELECT 1 FROM run WHERE run.number = state_change.run"},
    {"archiving", "run", "SELECT 1 FROM run WHERE run.number = archiving.run"},
};

inline std::string where_orphaned(const OrphanedRows& rows) {
  return std::string(" FROM ") + rows.table + " WHERE " + rows.number + " >= ? AND " + rows.number +
         " < ? AND NOT EXISTS (" + rows.missing + ")";
}

}  // namespace pscheduler::adapters::store
