// Errands and held runs: what is owed to others, and what others may still give up, is there after a restart.

#include "adapters/store/migrations.hpp"
#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

const std::string kOdd = "Zürich \"quoted\" 'single' ; --\n\ttab";

Errand full_errand(std::uint32_t number, Instant next_attempt) {
  Errand errand;
  errand.id = ErrandId(uuid_of(number));
  errand.host = "[2001:db8::7]:8443";
  errand.bind_address = "192.0.2.9";
  errand.task = task_id(1);
  errand.run = run_id(2);
  errand.key = kOdd;
  errand.tells = R"({"gave-way":{}})";
  errand.added = at(1) + 1us;
  errand.expires = at(900) + 2us;
  errand.next_attempt = next_attempt;
  errand.attempts = 4;
  errand.problem = kOdd;
  return errand;
}

void expect_same(const Errand& a, const Errand& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.host, b.host);
  EXPECT_EQ(a.bind_address, b.bind_address);
  EXPECT_EQ(a.task, b.task);
  EXPECT_EQ(a.run, b.run);
  EXPECT_EQ(a.key, b.key);
  EXPECT_EQ(a.tells, b.tells);
  EXPECT_EQ(a.added, b.added);
  EXPECT_EQ(a.expires, b.expires);
  EXPECT_EQ(a.next_attempt, b.next_attempt);
  EXPECT_EQ(a.attempts, b.attempts);
  EXPECT_EQ(a.problem, b.problem);
}

struct Errands : StoreTest {
  void SetUp() override { open(); }
  std::vector<Errand> stored() { return get(store_->errands()).value(); }
};

TEST_F(Errands, AreKeptFieldByFieldAndGivenByTheirNextAttempt) {
  auto whole_task = full_errand(12, at(10));
  whole_task.run.reset();
  whole_task.bind_address.clear();
  whole_task.problem.clear();
  ports::Changes changes;
  changes.new_errands = {full_errand(11, at(20)), whole_task};
  must_commit(changes);
  reopen();
  const auto found = stored();
  ASSERT_EQ(found.size(), 2u);
  expect_same(found[0], whole_task);
  expect_same(found[1], full_errand(11, at(20)));
}

TEST_F(Errands, AreReplacedAndRemoved) {
  ports::Changes changes;
  changes.new_errands = {full_errand(11, at(20)), full_errand(12, at(30))};
  must_commit(changes);
  auto later = full_errand(11, at(40));
  later.host = "b.example";
  later.run.reset();
  later.attempts = 5;
  later.problem = "b.example did not answer";
  ports::Changes second;
  second.changed_errands = {later};
  second.removed_errands = {ErrandId(uuid_of(12)), ErrandId(uuid_of(77))};
  must_commit(second);
  const auto found = stored();
  ASSERT_EQ(found.size(), 1u);
  expect_same(found[0], later);
}

TEST_F(Errands, AreRefusedWithTheWholeChangeWhenTheyExistOrDoNot) {
  ports::Changes changes;
  changes.new_errands = {full_errand(11, at(20))};
  must_commit(changes);
  changes.new_tasks = {plain_task(3)};
  auto outcome = commit(changes);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::conflict);
  EXPECT_FALSE(get(store_->task(task_id(3))).value().has_value());
  ports::Changes other;
  other.changed_errands = {full_errand(12, at(20))};
  outcome = commit(other);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::not_found);
}

TEST_F(Errands, OutliveTheTaskAndTheRunTheyAreAbout) {
  auto changes = new_task(1);
  changes.new_runs = {plain_run(2, 1, {at(0), at(1)})};
  changes.new_errands = {full_errand(11, at(20))};
  must_commit(changes);
  ports::Changes removal;
  removal.removed_runs = {run_id(2)};
  removal.removed_tasks = {task_id(1)};
  removal.removed_orphans = ports::NumberRange{0, 1000};
  must_commit(removal);
  EXPECT_FALSE(get(store_->task(task_id(1))).value().has_value());
  EXPECT_EQ(stored().size(), 1u);
}

TEST_F(Errands, AHeldRunIsFoundAtTheStartAndBecomesOneThatIsNot) {
  auto changes = new_task(1);
  auto held = plain_run(2, 1, {at(100), at(110)});
  held.held_until = at(15) + 1us;
  changes.new_runs = {held};
  must_commit(changes);
  reopen();
  auto runs = get(store_->unfinished_runs()).value();
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].held_until, at(15) + 1us);
  held.held_until.reset();
  ports::Changes confirmation;
  confirmation.changed_runs = {held};
  must_commit(confirmation);
  runs = get(store_->unfinished_runs()).value();
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].held_until, std::nullopt);
}

TEST_F(Errands, RunsOfTheFirstSchemaAreHeldForNobody) {
  file_ = folder_.path() / "first.db";
  {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    store::migrate(database, store::migrations().first(1));
    database.exec(
        "INSERT INTO task (uuid, document, test_type, tool, scheduling_class, participants, participant,"
        " slip_us, random_slip, repeat_cron, duration_us, post_us, cli, limit_diags, requester, server,"
        " requester_proxied_by, own_key, participant_key, added_us) VALUES "
        "(x'00000000000000000000000000000001',"
        " '{}', 'idle', 'sleep', 1, '[\"\"]', 0, 0, 0, '', 1, 0, '[]', '', '', '', '', '', '', 1)");
    database.exec(
        "INSERT INTO task_progress (task, runs, attempts, runs_started, enabled, plans_runs)"
        " VALUES (1, 1, 1, 0, 1, 0)");
    database.exec(
        "INSERT INTO run (uuid, task, start_us, end_us, added_us, state, errors, limit_diags,"
        " participant_data, participant_data_full) VALUES (x'00000000000000000000000000000002', 1, 10, 20, 1,"
        " 1, '', '', '', '')");
  }
  open();
  const auto runs = get(store_->unfinished_runs()).value();
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].id, run_id(2));
  EXPECT_EQ(runs[0].held_until, std::nullopt);
  EXPECT_TRUE(stored().empty());
}

}  // namespace
}  // namespace pscheduler::adapters::test
