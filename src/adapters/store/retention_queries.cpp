#include "adapters/store/retention_queries.hpp"

#include "adapters/store/columns.hpp"
#include "adapters/store/retention_statements.hpp"

namespace pscheduler::adapters::store {
namespace {

ports::OldRun read_old_run(Row& row) {
  ports::OldRun run;
  run.place.at = row.instant();
  run.place.number = row.integer();
  run.id = RunId(row.uuid());
  run.task = TaskId(row.uuid());
  run.result_bytes = row.integer();
  run.planned_anew_until = row.optional_instant();
  run.archived_until = row.optional_instant();
  return run;
}

ports::OldTask read_old_task(Row& row) {
  ports::OldTask task;
  task.place.at = row.instant();
  task.place.number = row.integer();
  task.id = TaskId(row.uuid());
  task.leads = row.integer() == 0;
  task.repeats = row.integer() != 0;
  task.enabled = row.integer() != 0;
  task.has_runs = row.integer() != 0;
  task.added = row.instant();
  task.start = row.optional_instant();
  task.until = row.optional_instant();
  task.latest_end = row.optional_instant();
  task.canceled_at = row.optional_instant();
  task.max_runs = row.optional_integer();
  task.runs = row.integer();
  return task;
}

void bind_page(SQLite::Statement& statement, ports::RetentionPlace after, int count_max) {
  Parameters(statement).instant(after.at).integer(after.number).integer(std::int64_t{count_max});
}

}  // namespace

RetentionQueries::RetentionQueries(SQLite::Database& database)
    : database_(database),
      ended_(database, kEndedRuns),
      unfinished_(database, kUnfinishedRunsByEnd),
      expiring_(database, kExpiringRuns),
      tasks_(database, kOldTasks) {}

SQLite::Statement& RetentionQueries::statement_for(ports::OldRuns which) {
  switch (which) {
    case ports::OldRuns::ended:
      return ended_;
    case ports::OldRuns::unfinished:
      return unfinished_;
    case ports::OldRuns::expiring:
      break;
  }
  return expiring_;
}

std::vector<ports::OldRun> RetentionQueries::runs(ports::OldRuns which, ports::RetentionPlace after,
                                                  int count_max) {
  auto& statement = statement_for(which);
  const Rearm rearm(statement);
  bind_page(statement, after, count_max);
  return read_all(statement, read_old_run);
}

std::vector<ports::OldTask> RetentionQueries::tasks(ports::RetentionPlace after, int count_max) {
  const Rearm rearm(tasks_);
  bind_page(tasks_, after, count_max);
  return read_all(tasks_, read_old_task);
}

std::int64_t RetentionQueries::numbers_end() {
  return database_.execAndGet(kNumbersEnd).getInt64();
}

// Asked once in the life of the daemon for each range: its statements are not kept.
std::int64_t RetentionQueries::count_orphans(ports::NumberRange range) {
  std::int64_t count = 0;
  for (const auto& rows : kOrphanedRows) {
    SQLite::Statement statement(database_, "SELECT count(*)" + where_orphaned(rows));
    Parameters(statement).integer(range.from).integer(range.below);
    statement.executeStep();
    count += Row(statement).integer();
  }
  return count;
}

}  // namespace pscheduler::adapters::store
