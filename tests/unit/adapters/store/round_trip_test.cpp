// What goes into the store comes out of it, field by field, also after it was closed.

#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

const std::string kOdd = "Zürich \"quoted\" 'single' \\ ; -- \u4e16\u754c \U0001f600\n\ttab";
const std::string kNul = std::string("a\0b", 3);
const std::string kLong(40'000, 'L');

Task full_task() {
  Task task;
  task.id = task_id(1);
  task.document = R"({"test":{"type":"rtt","spec":{"dest":")" + kLong + "\"}}}";
  task.test_type = "rtt";
  task.tool = kOdd;
  task.scheduling_class = SchedulingClass::exclusive;
  task.participants = {"a.example", kOdd, kLong, ""};
  task.participant = 1;
  task.schedule = {at(5), 7us, true, 3600s, "*/5 * * * *", at(99), 12};
  task.duration = 11s;
  task.post = 2us;
  task.cli = {"--dest", kOdd, ""};
  task.limit_diags = kOdd;
  task.hints = {"192.0.2.1", "2001:db8::1", "198.51.100.7"};
  task.own_key = kNul;
  task.participant_key = "secret";
  task.priority = -3;
  task.added = at(1) + 1us;
  task.progress = {at(10), at(20), 5, 3, 4, true, true, at(30), 7};
  return task;
}

Run full_run() {
  Run run;
  run.id = run_id(2);
  run.task = task_id(1);
  run.times = {at(100) + 1us, at(110) + 2us};
  run.added = at(50);
  run.state = RunState::failed;
  run.status = -9;
  run.errors = kOdd;
  run.priority = 1'000'000'000'000;
  run.limit_diags = kLong;
  run.participant_data = R"({"port":5890})";
  run.participant_data_full = "[{},{}]";
  run.nominal_start = at(99) + 3us;
  run.latest_start = at(130) + 4us;
  run.expires = at(5000) + 5us;
  run.held_until = at(60) + 6us;
  return run;
}

void expect_same(const TaskProgress& a, const TaskProgress& b) {
  EXPECT_EQ(a.first_start, b.first_start);
  EXPECT_EQ(a.latest_end, b.latest_end);
  EXPECT_EQ(a.runs, b.runs);
  EXPECT_EQ(a.attempts, b.attempts);
  EXPECT_EQ(a.runs_started, b.runs_started);
  EXPECT_EQ(a.enabled, b.enabled);
  EXPECT_EQ(a.plans_runs, b.plans_runs);
  EXPECT_EQ(a.canceled_at, b.canceled_at);
  EXPECT_EQ(a.nonstarts_in_a_row, b.nonstarts_in_a_row);
}

void expect_same(const Task& a, const Task& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.document, b.document);
  EXPECT_EQ(a.test_type, b.test_type);
  EXPECT_EQ(a.tool, b.tool);
  EXPECT_EQ(a.scheduling_class, b.scheduling_class);
  EXPECT_EQ(a.participants, b.participants);
  EXPECT_EQ(a.participant, b.participant);
  EXPECT_EQ(a.schedule.start, b.schedule.start);
  EXPECT_EQ(a.schedule.slip, b.schedule.slip);
  EXPECT_EQ(a.schedule.random_slip, b.schedule.random_slip);
  EXPECT_EQ(a.schedule.repeat, b.schedule.repeat);
  EXPECT_EQ(a.schedule.repeat_cron, b.schedule.repeat_cron);
  EXPECT_EQ(a.schedule.until, b.schedule.until);
  EXPECT_EQ(a.schedule.max_runs, b.schedule.max_runs);
  EXPECT_EQ(a.duration, b.duration);
  EXPECT_EQ(a.post, b.post);
  EXPECT_EQ(a.cli, b.cli);
  EXPECT_EQ(a.limit_diags, b.limit_diags);
  EXPECT_EQ(a.hints.requester, b.hints.requester);
  EXPECT_EQ(a.hints.server, b.hints.server);
  EXPECT_EQ(a.hints.requester_proxied_by, b.hints.requester_proxied_by);
  EXPECT_EQ(a.own_key, b.own_key);
  EXPECT_EQ(a.participant_key, b.participant_key);
  EXPECT_EQ(a.priority, b.priority);
  EXPECT_EQ(a.added, b.added);
  expect_same(a.progress, b.progress);
}

void expect_same(const Run& a, const Run& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.task, b.task);
  EXPECT_EQ(a.times, b.times);
  EXPECT_EQ(a.added, b.added);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.errors, b.errors);
  EXPECT_EQ(a.priority, b.priority);
  EXPECT_EQ(a.limit_diags, b.limit_diags);
  EXPECT_EQ(a.participant_data, b.participant_data);
  EXPECT_EQ(a.participant_data_full, b.participant_data_full);
  EXPECT_EQ(a.nominal_start, b.nominal_start);
  EXPECT_EQ(a.latest_start, b.latest_start);
  EXPECT_EQ(a.expires, b.expires);
  EXPECT_EQ(a.held_until, b.held_until);
}

void expect_same(const RunResults& a, const RunResults& b) {
  EXPECT_EQ(a.local, b.local);
  EXPECT_EQ(a.full, b.full);
  EXPECT_EQ(a.merged, b.merged);
  EXPECT_EQ(a.clock_survey, b.clock_survey);
}

struct RoundTrip : StoreTest {
  void SetUp() override { open(); }
  Task stored_task(std::uint32_t number) { return get(store_->task(task_id(number))).value().value(); }
  ports::StoredRun stored_run(std::uint32_t task, std::uint32_t run) {
    return get(store_->run(task_id(task), run_id(run))).value().value();
  }
};

TEST_F(RoundTrip, KeepsEveryFieldOfATask) {
  ports::Changes changes;
  changes.new_tasks = {full_task()};
  must_commit(changes);
  expect_same(stored_task(1), full_task());
  reopen();
  expect_same(stored_task(1), full_task());
  const auto page = get(store_->tasks(std::nullopt, 10)).value();
  ASSERT_EQ(page.tasks.size(), 1u);
  expect_same(page.tasks[0], full_task());
  const auto planning = get(store_->planning_tasks()).value();
  ASSERT_EQ(planning.size(), 1u);
  expect_same(planning[0], full_task());
}

TEST_F(RoundTrip, KeepsWhatIsAbsentAbsent) {
  ports::Changes changes;
  changes.new_tasks = {plain_task(1)};
  changes.new_runs = {plain_run(2, 1, {at(1), at(2)})};
  must_commit(changes);
  reopen();
  expect_same(stored_task(1), plain_task(1));
  const auto stored = stored_run(1, 2);
  expect_same(stored.run, plain_run(2, 1, {at(1), at(2)}));
  expect_same(stored.results, RunResults{});
  EXPECT_TRUE(get(store_->history(run_id(2))).value().empty());
}

TEST_F(RoundTrip, KeepsEveryFieldOfARunItsResultsAndHistory) {
  const RunResults results{kLong, "[1,2]", kOdd, "[]"};
  const StateChange born{run_id(2), at(50), std::nullopt, RunState::scheduling, kOdd, "scheduler"};
  const StateChange died{run_id(2), at(49), RunState::scheduling, RunState::failed, "", "api 192.0.2.7"};
  ports::Changes changes;
  changes.new_tasks = {plain_task(1)};
  changes.new_runs = {full_run()};
  changes.results = {{run_id(2), results}};
  changes.history = {born, died};
  must_commit(changes);
  reopen();
  const auto stored = stored_run(1, 2);
  expect_same(stored.run, full_run());
  expect_same(stored.results, results);
  const auto history = get(store_->history(run_id(2))).value();
  ASSERT_EQ(history.size(), 2u);  // in the order they were made, even when the clock was set back between
  EXPECT_EQ(history[0].run, run_id(2));
  EXPECT_EQ(history[0].at, at(50));
  EXPECT_EQ(history[0].from, std::nullopt);
  EXPECT_EQ(history[0].to, RunState::scheduling);
  EXPECT_EQ(history[0].reason, kOdd);
  EXPECT_EQ(history[0].actor, "scheduler");
  EXPECT_EQ(history[1].from, RunState::scheduling);
  EXPECT_EQ(history[1].to, RunState::failed);
  EXPECT_EQ(history[1].reason, "");
}

TEST_F(RoundTrip, ReplacesEveryColumnOfAChangedRunAndItsResults) {
  ports::Changes first;
  first.new_tasks = {plain_task(1)};
  first.new_runs = {plain_run(2, 1, {at(1), at(2)})};
  first.results = {{run_id(2), {"old", "old", "old", "old"}}};
  must_commit(first);
  ports::Changes second;
  second.changed_runs = {full_run()};
  second.results = {{run_id(2), {"new", "", "", ""}}};
  second.task_progress = {{task_id(1), full_task().progress}};
  must_commit(second);
  const auto stored = stored_run(1, 2);
  expect_same(stored.run, full_run());
  expect_same(stored.results, {"new", "", "", ""});
  expect_same(stored_task(1).progress, full_task().progress);
}

TEST_F(RoundTrip, ReadsResultsThatAreLarge) {
  const RunResults large{std::string(3'000'000, 'r'), "", "m", ""};
  ports::Changes changes;
  changes.new_tasks = {plain_task(1)};
  changes.new_runs = {full_run()};
  changes.results = {{run_id(2), large}};
  must_commit(changes);
  const auto stored = stored_run(1, 2);
  expect_same(stored.run, full_run());
  expect_same(stored.results, large);
}

TEST_F(RoundTrip, RemovesARunWithAllThatBelongsToIt) {
  ports::Changes changes;
  changes.new_tasks = {plain_task(1)};
  changes.new_runs = {full_run(), plain_run(3, 1, {at(1), at(2)})};
  changes.results = {{run_id(2), {"r", "", "", ""}}};
  changes.history = {{run_id(2), at(1), std::nullopt, RunState::pending, "", "x"}};
  must_commit(changes);
  ports::Changes removal;
  removal.removed_runs = {run_id(2), run_id(77)};
  must_commit(removal);
  EXPECT_FALSE(get(store_->run(task_id(1), run_id(2))).value().has_value());
  EXPECT_TRUE(get(store_->history(run_id(2))).value().empty());
  EXPECT_TRUE(get(store_->run(task_id(1), run_id(3))).value().has_value());
  SQLite::Database database(file_.string());
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM run_results").getInt(), 0);
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM state_change").getInt(), 0);
}

TEST_F(RoundTrip, KeysAreInAFileForItsOwnerAlone) {
  must_commit(new_task(1));
  for (const auto* suffix : {"", "-wal", "-shm", ".lock"}) {
    const auto mode = std::filesystem::status(file_.string() + suffix).permissions();
    EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
              std::filesystem::perms::none)
        << suffix;
  }
}

}  // namespace
}  // namespace pscheduler::adapters::test
