// The schedule as a whole: which runs a range shows, in which order, page by page, and what is counted.

#include <fmt/format.h>

#include "adapters/store/schedule_statements.hpp"
#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

using enum RunState;

// Task 1: 10 [0,10) finished, 11 [10,20) running, 13 [30,40) scheduling, 14 [40,40) finished, 15 [5000,5010)
// pending. Task 2: 20 [-90000,90000) running, for days, 21 [10,15) nonstart, 22 [10,12) failed, 23
// [6000,6010) canceled.
struct Schedule : StoreTest {
  void SetUp() override {
    open();
    ports::Changes changes;
    changes.new_tasks = {plain_task(1), plain_task(2)};
    changes.new_runs = {
        plain_run(15, 1, {at(5000), at(5010)}, pending), plain_run(10, 1, {at(0), at(10)}, finished),
        plain_run(11, 1, {at(10), at(20)}, running),     plain_run(13, 1, {at(30), at(40)}, scheduling),
        plain_run(14, 1, {at(40), at(40)}, finished),    plain_run(20, 2, {at(-90000), at(90000)}, running),
        plain_run(21, 2, {at(10), at(15)}, nonstart),    plain_run(22, 2, {at(10), at(12)}, failed),
        plain_run(23, 2, {at(6000), at(6010)}, canceled)};
    must_commit(std::move(changes));
  }

  // The runs of all pages.
  std::vector<RunId> listed(const ports::ScheduleFilter& filter, int page_size) {
    std::vector<RunId> found;
    std::optional<ports::SchedulePlace> place;
    do {
      const auto page = get(store_->schedule_page(filter, place, page_size)).value();
      EXPECT_LE(page.runs.size(), static_cast<std::size_t>(page_size));
      for (const auto& run : page.runs) found.push_back(run.id);
      place = page.next;
    } while (place);
    return found;
  }
};

std::vector<RunId> ids(const std::vector<std::uint32_t>& numbers) {
  std::vector<RunId> found;
  for (const auto number : numbers) found.push_back(run_id(number));
  return found;
}

struct RangeCase {
  std::string name;
  ports::ScheduleFilter filter;
  std::vector<std::uint32_t> expected;
};

const std::vector<RangeCase> kRanges = {
    {"everything, in every state, by start, then age", {}, {20, 10, 11, 21, 22, 13, 14, 15, 23}},
    {"what reaches into the range", {at(5), at(10), {}}, {20, 10}},
    {"half-open: neither the one that ends nor the one that starts then", {at(20), at(30), {}}, {20}},
    {"a microsecond more", {at(20) - 1us, at(30) + 1us, {}}, {20, 11, 13}},
    {"without length, at the first instant", {at(40), at(41), {}}, {20, 14}},
    {"without length, not at the last", {at(39), at(40), {}}, {20, 13}},
    {"from", {at(4000), {}, {}}, {20, 15, 23}},
    {"until", {{}, at(10), {}}, {20, 10}},
    {"of a task", {at(0), at(20), task_id(1)}, {10, 11}},
    {"a long one of a task", {at(20), at(30), task_id(2)}, {20}},
    {"all of a task", {{}, {}, task_id(2)}, {20, 21, 22, 23}},
    {"of an unknown task", {at(0), at(20), task_id(9)}, {}},
    {"far away", {at(200000), {}, {}}, {}},
};

TEST_F(Schedule, ShowsTheRunsOfARangeWhateverThePageSize) {
  for (const auto& row : kRanges) {
    for (const int page_size : {1, 2, 3, 100}) {
      EXPECT_EQ(listed(row.filter, page_size), ids(row.expected)) << row.name << ", pages of " << page_size;
    }
  }
}

TEST_F(Schedule, PagesStayInOrderBetweenLongRunsAndShortOnes) {
  // Every second one is long and still there at 200 s; the others end before.
  ports::Changes changes;
  auto expected = ids({20});
  for (std::uint32_t i = 0; i < 20; ++i) {
    const auto start = at(-4000 + 200 * static_cast<std::int64_t>(i));
    const bool is_long = i % 2 == 0;
    changes.new_runs.push_back(plain_run(100 + i, 1, {start, start + (is_long ? 5000s : 300s)}, pending));
    if (is_long) expected.push_back(run_id(100 + i));
  }
  must_commit(std::move(changes));
  for (const int page_size : {1, 3, 7, 100}) {
    EXPECT_EQ(listed({at(200), at(300), {}}, page_size), expected) << page_size;
  }
}

TEST_F(Schedule, ShowsWhatAListNeeds) {
  auto run = plain_run(30, 2, {at(7000), at(7001)}, nonstart);
  run.errors = "No room.";
  run.priority = -3;
  ports::Changes changes;
  changes.new_runs = {run};
  must_commit(std::move(changes));
  const auto page = get(store_->schedule_page({at(7000), {}, {}}, {}, 10)).value();
  const auto& shown = page.runs.back();
  EXPECT_EQ(shown.id, run.id);
  EXPECT_EQ(shown.task, run.task);
  EXPECT_EQ(shown.times, run.times);
  EXPECT_EQ(shown.state, nonstart);
  EXPECT_EQ(shown.errors, "No room.");
  EXPECT_EQ(shown.priority, -3);
  EXPECT_EQ(shown.scheduling_class, plain_task(2).scheduling_class);
}

TEST_F(Schedule, RefusesPagesWithoutOrWithTooMuchRoom) {
  EXPECT_EQ(get(store_->schedule_page({}, {}, 0)).error().code, Errc::invalid_argument);
  EXPECT_EQ(get(store_->schedule_page({}, {}, 1'000'000)).error().code, Errc::invalid_argument);
  EXPECT_EQ(get(store_->runs_around(at(0), 0)).error().code, Errc::invalid_argument);
}

std::vector<RunId> ids_of(const std::vector<ports::ScheduledRun>& runs) {
  std::vector<RunId> found;
  for (const auto& run : runs) found.push_back(run.id);
  return found;
}

TEST_F(Schedule, LooksAroundAnInstant) {
  auto around = get(store_->runs_around(at(11), 10)).value();
  EXPECT_EQ(ids_of(around.past), ids({10}));
  EXPECT_EQ(ids_of(around.present), ids({20, 11, 21, 22}));
  EXPECT_EQ(ids_of(around.future), ids({15})) << "neither what is being scheduled nor what is canceled";

  around = get(store_->runs_around(at(50), 10)).value();
  EXPECT_EQ(ids_of(around.past), ids({10, 21, 22, 14}));
  EXPECT_EQ(ids_of(around.present), ids({20, 11})) << "one that should be over but is not is still there";

  around = get(store_->runs_around(at(50), 2)).value();
  EXPECT_EQ(ids_of(around.past), ids({21, 14})) << "the latest";
}

TEST_F(Schedule, CountsRunsByStateAndStart) {
  const auto count = [&](RunState state, std::optional<Instant> from, std::optional<Instant> until) {
    return get(store_->count_runs(state, from, until)).value();
  };
  EXPECT_EQ(count(finished, {}, {}), 2);
  EXPECT_EQ(count(finished, at(0), at(40)), 2) << "both bounds included";
  EXPECT_EQ(count(finished, at(0) + 1us, at(40)), 1);
  EXPECT_EQ(count(finished, at(0), at(40) - 1us), 1);
  EXPECT_EQ(count(overdue, {}, {}), 0);
  const auto census = get(store_->census()).value();
  EXPECT_EQ(census.runs.at(static_cast<std::size_t>(running)), 2);
  EXPECT_EQ(census.runs.at(static_cast<std::size_t>(scheduling)), 1);
  EXPECT_EQ(census.runs.at(static_cast<std::size_t>(overdue)), 0);
  EXPECT_EQ(census.tasks, 2);
  EXPECT_EQ(census.commits, 1U);
}

TEST_F(Schedule, ReadsNoMoreThanItShows) {
  struct Plan {
    std::string sql;
    std::string must_use;
    bool sorts = false;
  };
  const std::vector<Plan> plans = {
      {store::kScheduleFrom, "INDEX run_start (start_us>? AND start_us<?)"},
      {store::kScheduleOfTaskFrom, "INDEX run_of_task (task=? AND start_us>? AND start_us<?)"},
      {store::kLongRuns, "INDEX run_long (end_us>?)", true},
      {store::kPastRuns, "INDEX run_final_end (end_us<?)"},
      {store::kLateRuns, "INDEX run_state (state=? AND start_us<?)"},
      {store::kFutureRuns, "INDEX run_start (start_us>?)"},
      {store::kCountRuns, "COVERING INDEX run_state (state=? AND start_us>? AND start_us<?)"},
  };
  SQLite::Database database(file_.string());
  for (const auto& row : plans) {
    SQLite::Statement plan(database, "EXPLAIN QUERY PLAN " + row.sql);
    std::string steps;
    while (plan.executeStep()) steps += plan.getColumn(3).getString() + "\n";
    EXPECT_NE(steps.find(row.must_use), std::string::npos) << row.sql << ":\n" << steps;
    EXPECT_EQ(steps.find("SCAN"), std::string::npos) << row.sql << ":\n" << steps;
    EXPECT_EQ(steps.find("TEMP B-TREE") != std::string::npos, row.sorts) << row.sql << ":\n" << steps;
  }
}

}  // namespace
}  // namespace pscheduler::adapters::test
