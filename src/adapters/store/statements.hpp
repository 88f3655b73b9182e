#pragma once
// The statements on rows, but for those on archivings and the schema. The order of columns is the one of
// columns.cpp.

#include <string>

namespace pscheduler::adapters::store {

// Changes.
inline constexpr char kTaskNumber[] = "SELECT number FROM task WHERE uuid = ?";
inline constexpr char kRunNumber[] = "SELECT number FROM run WHERE uuid = ?";
inline constexpr char kInsertTask[] =
    "INSERT INTO task (uuid, document, test_type, tool, scheduling_class, participants, participant,"
    " start_us, slip_us, random_slip, repeat_us, repeat_cron, until_us, max_runs, duration_us, post_us, cli,"
    " limit_diags, requester, server, requester_proxied_by, own_key, participant_key, priority, added_us)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (uuid) DO NOTHING";
inline constexpr char kSetProgress[] =
    "INSERT INTO task_progress (task, first_start_us, latest_end_us, runs, attempts, runs_started, enabled,"
    " plans_runs, canceled_us, nonstarts_in_a_row) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (task) DO UPDATE SET first_start_us = excluded.first_start_us,"
    " latest_end_us = excluded.latest_end_us, runs = excluded.runs, attempts = excluded.attempts,"
    " runs_started = excluded.runs_started,"
    " enabled = excluded.enabled, plans_runs = excluded.plans_runs, canceled_us = excluded.canceled_us,"
    " nonstarts_in_a_row = excluded.nonstarts_in_a_row";
inline constexpr char kInsertRun[] =
    "INSERT INTO run (start_us, end_us, added_us, state, status, errors, priority, limit_diags,"
    " participant_data, participant_data_full, nominal_us, latest_start_us, expires_us, held_until_us, task,"
    " uuid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (uuid) DO NOTHING";
// What mostly changes of a run, by a statement that leaves alone the indexes on the rest; it finds no row
// when the rest has changed, too.
inline constexpr char kMoveRun[] =
    "UPDATE run SET end_us = ?, state = ?, status = ?, errors = ?, priority = ?, limit_diags = ?,"
    " participant_data = ?, participant_data_full = ? WHERE task = ? AND uuid = ? AND start_us = ?"
    " AND added_us = ? AND nominal_us IS ? AND latest_start_us IS ? AND expires_us IS ?"
    " AND held_until_us IS ?";
inline constexpr char kChangeRun[] =
    "UPDATE run SET start_us = ?, end_us = ?, added_us = ?, state = ?, status = ?, errors = ?, priority = ?,"
    " limit_diags = ?, participant_data = ?, participant_data_full = ?, nominal_us = ?, latest_start_us = ?,"
    " expires_us = ?, held_until_us = ? WHERE task = ? AND uuid = ?";
inline constexpr char kSetResults[] =
    "INSERT INTO run_results (run, bytes, local, full, merged, clock_survey) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (run) DO UPDATE SET bytes = excluded.bytes, local = excluded.local, full = excluded.full,"
    " merged = excluded.merged, clock_survey = excluded.clock_survey";
inline constexpr char kInsertChange[] =
    "INSERT INTO state_change (run, at_us, from_state, to_state, reason, actor) VALUES (?, ?, ?, ?, ?, ?)";
inline constexpr char kRemoveHistory[] = "DELETE FROM state_change WHERE run = ?";
inline constexpr char kRemoveResults[] = "DELETE FROM run_results WHERE run = ?";
inline constexpr char kSetPause[] = "UPDATE control SET paused = ?, paused_until_us = ?";
inline constexpr char kRemoveRun[] = "DELETE FROM run WHERE number = ?";

// Tasks.
inline const std::string kSelectTask =
    "SELECT t.number, t.uuid, t.document, t.test_type, t.tool, t.scheduling_class, t.participants,"
    " t.participant, t.start_us, t.slip_us, t.random_slip, t.repeat_us, t.repeat_cron, t.until_us, "
    "t.max_runs,"
    " t.duration_us, t.post_us, t.cli, t.limit_diags, t.requester, t.server, t.requester_proxied_by,"
    " t.own_key, t.participant_key, t.priority, t.added_us, p.first_start_us, p.latest_end_us, p.runs,"
    " p.attempts, p.runs_started, p.enabled, p.plans_runs, p.canceled_us, p.nonstarts_in_a_row"
    " FROM task AS t JOIN task_progress AS p ON p.task = t.number";
inline const std::string kTaskById = kSelectTask + " WHERE t.uuid = ?";
inline const std::string kTaskOfRun = kSelectTask + " WHERE t.number = (SELECT task FROM run WHERE uuid = ?)";
inline const std::string kTaskPage = kSelectTask + " WHERE t.number > ? ORDER BY t.number LIMIT ?";
inline const std::string kPlanningTasks = kSelectTask + " WHERE p.plans_runs = 1 ORDER BY p.task";

// Runs. State 0 is scheduling; "visible" leaves it out. Bounds that are not wanted are bound to the ends of
// the number line, so that one statement with one plan serves every filter.
inline const std::string kSelectRun =
    "SELECT r.uuid, t.uuid, r.start_us, r.end_us, r.added_us, r.state, r.status, r.errors, r.priority,"
    " r.limit_diags, r.participant_data, r.participant_data_full, r.nominal_us, r.latest_start_us,"
    " r.expires_us, r.held_until_us";
inline const std::string kRunById =
    kSelectRun +
    ", s.bytes, s.local, s.full, s.merged, s.clock_survey"
    " FROM run AS r JOIN task AS t ON t.number = r.task LEFT JOIN run_results AS s ON s.run = r.number"
    " WHERE r.uuid = ? AND t.uuid = ?";
inline const std::string kUnfinishedRuns =
    kSelectRun + " FROM run AS r JOIN task AS t ON t.number = r.task WHERE r.state <= 4 ORDER BY r.number";
inline constexpr char kVisibleRuns[] =
    "SELECT uuid FROM run WHERE task = (SELECT number FROM task WHERE uuid = ?) AND state <> 0"
    " AND start_us >= ? AND end_us <= ? ORDER BY start_us, number LIMIT ?";
inline constexpr char kUpcomingRuns[] =
    "SELECT uuid FROM run WHERE task = (SELECT number FROM task WHERE uuid = ?) AND state IN (1, 2, 3, 10)"
    " AND +start_us >= ? AND end_us <= ? AND end_us > ? ORDER BY start_us, number LIMIT ?";
inline constexpr char kFirstRun[] =
    "SELECT uuid FROM run WHERE task = (SELECT number FROM task WHERE uuid = ?) AND state <> 0"
    " AND start_us >= ? ORDER BY start_us, number LIMIT 1";
inline constexpr char kHistory[] =
    "SELECT at_us, from_state, to_state, reason, actor FROM state_change"
    " WHERE run = (SELECT number FROM run WHERE uuid = ?) ORDER BY number";
inline const std::string kOpenRuns =
    kSelectRun +
    " FROM run AS r JOIN task AS t ON t.number = r.task WHERE r.state IN (9, 10) AND r.latest_start_us > ?"
    " ORDER BY r.nominal_us, r.number";
inline constexpr char kPause[] = "SELECT paused, paused_until_us FROM control";
// Of those that ran: finished, overdue or failed. Along the index of final ends, so not by that of states.
inline constexpr char kLastEnd[] = "SELECT max(end_us) FROM run WHERE state >= 5 AND +state IN (5, 6, 8)";
inline constexpr char kLastAdded[] = "SELECT max(added_us) FROM run";

}  // namespace pscheduler::adapters::store
