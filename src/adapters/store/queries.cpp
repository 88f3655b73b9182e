#include "adapters/store/queries.hpp"

#include <sqlite3.h>

#include <limits>

#include "adapters/store/columns.hpp"
#include "adapters/store/statements.hpp"

namespace pscheduler::adapters::store {
namespace {

constexpr auto kEarliest = std::numeric_limits<std::int64_t>::min();
constexpr auto kLatest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kNoLimit = -1;

std::int64_t us(Instant at) {
  return at.time_since_epoch().count();
}

std::optional<Instant> read_latest(SQLite::Statement& statement) {
  const Rearm rearm(statement);
  statement.executeStep();
  return Row(statement).optional_instant();
}

}  // namespace

Queries::Queries(std::unique_ptr<SQLite::Database> database)
    : database_(std::move(database)),
      task_(*database_, kTaskById),
      task_of_run_(*database_, kTaskOfRun),
      tasks_(*database_, kTaskPage),
      planning_tasks_(*database_, kPlanningTasks),
      run_(*database_, kRunById),
      visible_runs_(*database_, kVisibleRuns),
      upcoming_runs_(*database_, kUpcomingRuns),
      first_run_(*database_, kFirstRun),
      unfinished_runs_(*database_, kUnfinishedRuns),
      open_runs_(*database_, kOpenRuns),
      archivings_(*database_),
      destinations_(*database_),
      errands_(*database_),
      peers_(*database_),
      charges_(*database_),
      pause_(*database_, kPause),
      history_(*database_, kHistory),
      last_end_(*database_, kLastEnd),
      last_added_(*database_, kLastAdded),
      schedule_(*database_),
      retention_(*database_) {}

std::optional<Task> Queries::one_task(SQLite::Statement& statement, const Uuid& key) {
  const Rearm rearm(statement);
  Parameters(statement).uuid(key);
  if (!statement.executeStep()) return std::nullopt;
  Row row(statement);
  return read_task(row).task;
}

std::optional<Task> Queries::task(TaskId id) {
  return one_task(task_, id.uuid());
}

std::optional<Task> Queries::task_of_run(RunId run) {
  return one_task(task_of_run_, run.uuid());
}

ports::TaskPage Queries::tasks(std::optional<std::int64_t> cursor, int page_size) {
  const Rearm rearm(tasks_);
  Parameters(tasks_).integer(cursor.value_or(kEarliest)).integer(std::int64_t{page_size} + 1);
  ports::TaskPage page;
  std::int64_t last = 0;
  while (tasks_.executeStep()) {
    if (std::cmp_equal(page.tasks.size(), page_size)) {
      page.next_cursor = last;
      break;
    }
    Row row(tasks_);
    auto numbered = read_task(row);
    last = numbered.number;
    page.tasks.push_back(std::move(numbered.task));
  }
  return page;
}

Queries::RunSearch Queries::run(TaskId task, RunId id, std::int64_t results_bytes_max) {
  const Rearm rearm(run_);
  Parameters(run_).uuid(id.uuid()).uuid(task.uuid());
  if (!run_.executeStep()) return {};
  Row row(run_);
  ports::StoredRun stored{read_run(row), {}};
  const auto bytes = row.optional_integer();
  if (bytes && *bytes > results_bytes_max) return {true, std::nullopt};
  if (bytes) stored.results = read_results(row);
  return {true, std::move(stored)};
}

std::vector<RunId> Queries::runs(TaskId task, const ports::RunFilter& filter) {
  auto& statement = filter.upcoming_at ? upcoming_runs_ : visible_runs_;
  const Rearm rearm(statement);
  Parameters parameters(statement);
  parameters.uuid(task.uuid());
  parameters.integer(filter.starts_at_or_after ? us(*filter.starts_at_or_after) : kEarliest);
  parameters.integer(filter.ends_at_or_before ? us(*filter.ends_at_or_before) : kLatest);
  if (filter.upcoming_at) parameters.instant(*filter.upcoming_at);
  parameters.integer(filter.limit.value_or(kNoLimit));
  return read_all(statement, [](Row& row) { return RunId(row.uuid()); });
}

std::optional<RunId> Queries::first_run(TaskId task, Instant from) {
  const Rearm rearm(first_run_);
  Parameters(first_run_).uuid(task.uuid()).instant(from);
  if (!first_run_.executeStep()) return std::nullopt;
  return RunId(Row(first_run_).uuid());
}

std::vector<StateChange> Queries::history(RunId run) {
  const Rearm rearm(history_);
  Parameters(history_).uuid(run.uuid());
  return read_all(history_, [run](Row& row) { return read_change(row, run); });
}

std::vector<Run> Queries::unfinished_runs() {
  const Rearm rearm(unfinished_runs_);
  return read_all(unfinished_runs_, read_run);
}

std::vector<Task> Queries::planning_tasks() {
  const Rearm rearm(planning_tasks_);
  return read_all(planning_tasks_, [](Row& row) { return read_task(row).task; });
}

std::vector<Run> Queries::open_runs(Instant now) {
  const Rearm rearm(open_runs_);
  Parameters(open_runs_).instant(now);
  return read_all(open_runs_, read_run);
}

Pause Queries::pause() {
  const Rearm rearm(pause_);
  Pause pause;
  if (!pause_.executeStep()) return pause;
  Row row(pause_);
  pause.paused = row.integer() != 0;
  pause.until = row.optional_instant();
  return pause;
}

ports::Store::LastRuns Queries::last_runs() {
  ports::Store::LastRuns last;
  last.finished = read_latest(last_end_);
  last.scheduled = read_latest(last_added_);
  return last;
}

void Queries::release_memory() noexcept {
  sqlite3_db_release_memory(database_->getHandle());
}

}  // namespace pscheduler::adapters::store
