// Which runs and tasks are found, by which filter, in which order.

#include <map>

#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

using enum RunState;

// Task 1 has, out of order: 10 [0,10) finished, 11 [10,20) running, 12 [20,30) pending, 13 [30,40)
// scheduling, 14 [40,40) nonstart, 15 [50,60) on-deck, 16 [60,70) canceled. Task 2 has 20 [5,6) pending. Task
// 3 has none.
struct Query : StoreTest {
  void SetUp() override {
    open();
    ports::Changes changes;
    changes.new_tasks = {plain_task(1), plain_task(2), plain_task(3)};
    changes.new_runs = {
        plain_run(16, 1, {at(60), at(70)}, canceled),   plain_run(12, 1, {at(20), at(30)}, pending),
        plain_run(10, 1, {at(0), at(10)}, finished),    plain_run(11, 1, {at(10), at(20)}, running),
        plain_run(13, 1, {at(30), at(40)}, scheduling), plain_run(14, 1, {at(40), at(40)}, nonstart),
        plain_run(15, 1, {at(50), at(60)}, on_deck),    plain_run(20, 2, {at(5), at(6)}, pending)};
    must_commit(std::move(changes));
  }
};

std::vector<RunId> ids(const std::vector<std::uint32_t>& numbers) {
  std::vector<RunId> found;
  for (const auto number : numbers) found.push_back(run_id(number));
  return found;
}

struct FilterCase {
  std::string name;
  std::uint32_t task;
  ports::RunFilter filter;
  std::vector<std::uint32_t> expected;
};

const std::vector<FilterCase> kFilters = {
    {"no filter: by time, without the one being scheduled", 1, {}, {10, 11, 12, 14, 15, 16}},
    {"another task", 2, {}, {20}},
    {"a task without runs", 3, {}, {}},
    {"an unknown task", 4, {}, {}},
    {"start is inclusive", 1, {at(20), {}, {}, {}}, {12, 14, 15, 16}},
    {"a microsecond later leaves it out", 1, {at(20) + 1us, {}, {}, {}}, {14, 15, 16}},
    {"end is inclusive", 1, {{}, at(30), {}, {}}, {10, 11, 12}},
    {"a microsecond earlier leaves it out", 1, {{}, at(30) - 1us, {}, {}}, {10, 11}},
    {"start and end", 1, {at(10), at(40), {}, {}}, {11, 12, 14}},
    {"limit", 1, {{}, {}, {}, 2}, {10, 11}},
    {"limit zero", 1, {{}, {}, {}, 0}, {}},
    {"upcoming: current and future, not those over", 1, {{}, {}, at(15), {}}, {11, 12, 14, 15}},
    {"upcoming: the end does not belong to a run", 1, {{}, {}, at(20), {}}, {12, 14, 15}},
    {"upcoming with limit", 1, {{}, {}, at(15), 1}, {11}},
    {"upcoming with start and end", 1, {at(20), at(40), at(15), {}}, {12, 14}},
};

TEST_F(Query, FiltersRunsOfATask) {
  for (const auto& row : kFilters) {
    EXPECT_EQ(get(store_->runs(task_id(row.task), row.filter)).value(), ids(row.expected)) << row.name;
  }
}

TEST_F(Query, FindsTheFirstAndTheNextVisibleRun) {
  EXPECT_EQ(get(store_->first_run(task_id(1))).value(), run_id(10));
  EXPECT_EQ(get(store_->first_run(task_id(3))).value(), std::nullopt);
  EXPECT_EQ(get(store_->next_run(task_id(1), at(10))).value(), run_id(11));
  EXPECT_EQ(get(store_->next_run(task_id(1), at(10) + 1us)).value(), run_id(12));
  EXPECT_EQ(get(store_->next_run(task_id(1), at(30))).value(), run_id(14));
  EXPECT_EQ(get(store_->next_run(task_id(1), at(61))).value(), std::nullopt);
}

TEST_F(Query, ARunBecomesVisibleWhenItIsScheduled) {
  ports::Changes changes;
  changes.changed_runs = {plain_run(13, 1, {at(30), at(40)}, pending)};
  must_commit(changes);
  EXPECT_EQ(get(store_->next_run(task_id(1), at(30))).value(), run_id(13));
  EXPECT_EQ(get(store_->runs(task_id(1), {{}, {}, at(30), {}})).value(), ids({13, 14, 15}));
}

TEST_F(Query, GivesARunInAnyStateButOnlyUnderItsOwnTask) {
  EXPECT_EQ(get(store_->run(task_id(1), run_id(13))).value().value().run.state, scheduling);
  EXPECT_FALSE(get(store_->run(task_id(2), run_id(13))).value().has_value());
  EXPECT_FALSE(get(store_->run(task_id(1), run_id(99))).value().has_value());
  EXPECT_FALSE(get(store_->task(task_id(99))).value().has_value());
}

TEST_F(Query, GivesUnfinishedRunsByAge) {
  std::vector<RunId> found;
  const auto runs = get(store_->unfinished_runs()).value();
  for (const auto& run : runs) found.push_back(run.id);
  EXPECT_EQ(found, ids({12, 11, 13, 15, 20}));
  EXPECT_EQ(runs.back().task, task_id(2));
}

TEST_F(Query, GivesPlanningTasksByAge) {
  TaskProgress planning;
  planning.plans_runs = true;
  ports::Changes changes;
  changes.task_progress = {{task_id(3), planning}, {task_id(1), planning}};
  must_commit(changes);
  std::vector<TaskId> found;
  const auto tasks = get(store_->planning_tasks()).value();
  for (const auto& task : tasks) found.push_back(task.id);
  EXPECT_EQ(found, (std::vector<TaskId>{task_id(1), task_id(3)}));
}

TEST_F(Query, PagesThroughTasks) {
  const auto first = get(store_->tasks(std::nullopt, 2)).value();
  ASSERT_EQ(first.tasks.size(), 2u);
  EXPECT_EQ(first.tasks[0].id, task_id(1));
  ASSERT_TRUE(first.next_cursor.has_value());
  const auto second = get(store_->tasks(first.next_cursor, 2)).value();
  ASSERT_EQ(second.tasks.size(), 1u);
  EXPECT_EQ(second.tasks[0].id, task_id(3));
  EXPECT_FALSE(second.next_cursor.has_value());
  const auto exact = get(store_->tasks(std::nullopt, 3)).value();
  EXPECT_EQ(exact.tasks.size(), 3u);
  EXPECT_FALSE(exact.next_cursor.has_value());
  EXPECT_EQ(get(store_->tasks(std::nullopt, 0)).error().code, Errc::invalid_argument);
}

TEST_F(Query, TellsTheLastFinishedAndScheduled) {
  EXPECT_EQ(get(store_->last_runs()).value().finished, at(10)) << "neither canceled nor a non-starter";
  EXPECT_EQ(get(store_->last_runs()).value().scheduled, at(0));
  auto late = plain_run(30, 2, {at(500), at(600)});
  late.added = at(9);
  ports::Changes changes;
  changes.new_runs = {late};
  must_commit(changes);
  EXPECT_EQ(get(store_->last_runs()).value().finished, at(10));
  EXPECT_EQ(get(store_->last_runs()).value().scheduled, at(9));
}

TEST_F(Query, AnEmptyStoreHasNoLastRuns) {
  close();
  file_ = folder_.path() / "empty.db";
  open();
  EXPECT_EQ(get(store_->last_runs()).value().finished, std::nullopt);
  EXPECT_EQ(get(store_->last_runs()).value().scheduled, std::nullopt);
}

}  // namespace
}  // namespace pscheduler::adapters::test
