#include "adapters/store/schedule_queries.hpp"

#include <algorithm>
#include <limits>

#include "adapters/store/columns.hpp"
#include "adapters/store/schedule_statements.hpp"

namespace pscheduler::adapters::store {
namespace {

constexpr auto kEarliest = std::numeric_limits<std::int64_t>::min();
constexpr auto kLatest = std::numeric_limits<std::int64_t>::max();

std::int64_t us(Instant at) {
  return at.time_since_epoch().count();
}

std::int64_t lower_bound(const ports::ScheduleFilter& filter) {
  return filter.from ? us(*filter.from) : kEarliest;
}

std::int64_t upper_bound(const ports::ScheduleFilter& filter) {
  return filter.until ? us(*filter.until) : kLatest;
}

// Where short runs that reach into the range may have started.
std::int64_t first_start(const ports::ScheduleFilter& filter) {
  const auto from = lower_bound(filter);
  return from < kEarliest + kLongRunUs ? kEarliest : from - kLongRunUs;
}

struct NumberedRun {
  std::int64_t number;
  ports::ScheduledRun run;
};

NumberedRun read_scheduled(Row& from) {
  NumberedRun row{from.integer(), {}};
  row.run.id = RunId(from.uuid());
  row.run.task = TaskId(from.uuid());
  row.run.times.start = from.instant();
  row.run.times.end = from.instant();
  row.run.state = from.state();
  row.run.errors = from.text();
  row.run.priority = from.optional_integer();
  row.run.scheduling_class = static_cast<SchedulingClass>(from.integer());
  return row;
}

// Reads rows into the page; with one more than it holds there is a page after it.
void fill(ports::SchedulePage& page, SQLite::Statement& statement, int page_size) {
  while (statement.executeStep()) {
    Row columns(statement);
    auto row = read_scheduled(columns);
    page.next = {row.run.times.start, row.number};
    page.runs.push_back(std::move(row.run));
    if (std::cmp_equal(page.runs.size(), page_size)) return;
  }
  page.next.reset();
}

std::vector<ports::ScheduledRun> read_runs(SQLite::Statement& statement) {
  return read_all(statement, [](Row& row) { return read_scheduled(row).run; });
}

void sort_by_start(std::vector<ports::ScheduledRun>& runs) {
  std::sort(runs.begin(), runs.end(),
            [](const auto& a, const auto& b) { return a.times.start < b.times.start; });
}

}  // namespace

ScheduleQueries::ScheduleQueries(SQLite::Database& database)
    : runs_from_(database, kScheduleFrom),
      runs_of_task_from_(database, kScheduleOfTaskFrom),
      long_runs_(database, kLongRuns),
      past_(database, kPastRuns),
      late_(database, kLateRuns),
      future_(database, kFutureRuns),
      count_(database, kCountRuns),
      count_states_(database, kCountStates),
      count_tasks_(database, kCountTasks) {}

// Long runs that began before any that may be short come first, so that the order is by start throughout.
ports::SchedulePage ScheduleQueries::page(const ports::ScheduleFilter& filter,
                                          const std::optional<ports::SchedulePlace>& after, int page_size) {
  ports::SchedulePage page;
  const ports::SchedulePlace from = after.value_or(ports::SchedulePlace{Instant::min(), kEarliest});
  if (us(from.start) < first_start(filter)) add_long_runs(page, filter, from, page_size);
  if (std::cmp_less(page.runs.size(), page_size)) add_runs(page, filter, from, page_size);
  return page;
}

void ScheduleQueries::add_long_runs(ports::SchedulePage& page, const ports::ScheduleFilter& filter,
                                    const ports::SchedulePlace& after, int page_size) {
  const Rearm rearm(long_runs_);
  Parameters parameters(long_runs_);
  parameters.integer(lower_bound(filter)).integer(first_start(filter));
  parameters.instant(after.start).integer(after.number).integer(upper_bound(filter));
  const TaskId task = filter.task.value_or(TaskId());
  parameters.integer(filter.task ? 0 : 1).uuid(task.uuid());
  parameters.integer(std::int64_t{page_size});
  fill(page, long_runs_, page_size);
}

void ScheduleQueries::add_runs(ports::SchedulePage& page, const ports::ScheduleFilter& filter,
                               const ports::SchedulePlace& after, int page_size) {
  auto& statement = filter.task ? runs_of_task_from_ : runs_from_;
  const Rearm rearm(statement);
  Parameters parameters(statement);
  if (filter.task) parameters.uuid(filter.task->uuid());
  const bool has_begun = us(after.start) >= first_start(filter);
  parameters.integer(has_begun ? us(after.start) : first_start(filter));
  parameters.integer(has_begun ? after.number : kEarliest);
  parameters.integer(lower_bound(filter)).integer(lower_bound(filter)).integer(upper_bound(filter));
  parameters.integer(static_cast<std::int64_t>(page_size) - static_cast<std::int64_t>(page.runs.size()));
  fill(page, statement, page_size);
}

ports::RunsAround ScheduleQueries::around(Instant now, int count_max) {
  ports::RunsAround found;
  const auto limit = std::int64_t{count_max};
  {
    const Rearm rearm(past_);
    Parameters(past_).instant(now).integer(limit);
    found.past = read_runs(past_);
    sort_by_start(found.past);
  }
  found.present = page({now, now + Duration(1), {}}, {}, count_max).runs;
  // What has no length is over at once.
  std::erase_if(found.present, [&](const auto& run) { return run.times.end <= now; });
  {
    const Rearm rearm(late_);
    Parameters(late_).instant(now).instant(now).integer(limit);
    for (auto& run : read_runs(late_)) found.present.push_back(std::move(run));
    sort_by_start(found.present);
  }
  const Rearm rearm(future_);
  Parameters(future_).instant(now).integer(limit);
  found.future = read_runs(future_);
  return found;
}

std::int64_t ScheduleQueries::count(RunState state, std::optional<Instant> from,
                                    std::optional<Instant> until) {
  const Rearm rearm(count_);
  Parameters(count_)
      .integer(static_cast<std::int64_t>(state))
      .integer(from ? us(*from) : kEarliest)
      .integer(until ? us(*until) : kLatest);
  count_.executeStep();
  return Row(count_).integer();
}

ports::Census ScheduleQueries::census() {
  ports::Census census;
  {
    const Rearm rearm(count_states_);
    while (count_states_.executeStep()) {
      Row row(count_states_);
      const RunState state = row.state();
      census.runs.at(static_cast<std::size_t>(state)) = row.integer();
    }
  }
  const Rearm rearm(count_tasks_);
  count_tasks_.executeStep();
  Row row(count_tasks_);
  census.tasks = row.integer();
  census.tasks_enabled = row.integer();
  return census;
}

}  // namespace pscheduler::adapters::store
