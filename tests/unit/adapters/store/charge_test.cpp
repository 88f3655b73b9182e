// What runs take of quotas: it stays when they have run, whatever becomes of them, and goes when they have
// not.

#include "adapters/store/migrations.hpp"
#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

Charge charge_of(std::uint32_t run, std::int64_t start, const std::string& account = "daily *") {
  Charge charge;
  charge.account = account;
  charge.run = run_id(run);
  charge.start = at(start) + 1us;
  charge.time = 70s + 2us;
  charge.bytes = std::int64_t{5} << 40;
  charge.added = at(0) + 3us;
  charge.forgotten = charge.start + 1000s;
  return charge;
}

struct Charges : StoreTest {
  void SetUp() override {
    open();
    must_commit(new_task(1));
  }

  void plan(std::uint32_t number, std::int64_t start) {
    ports::Changes changes;
    changes.new_runs = {plain_run(number, 1, {at(start), at(start + 60)})};
    changes.new_charges = {charge_of(number, start)};
    must_commit(changes);
  }
  void move(std::uint32_t number, RunState state) {
    ports::Changes changes;
    changes.changed_runs = {plain_run(number, 1, {at(100), at(160)}, state)};
    must_commit(changes);
  }
  void remove(std::uint32_t number) {
    ports::Changes changes;
    changes.removed_runs = {run_id(number)};
    must_commit(changes);
  }
  // The runs on the account.
  std::vector<RunId> charged(Instant after = at(0), Instant before = at(5000), int count = 100) {
    std::vector<RunId> runs;
    const auto charges = get(store_->charges("daily *", after, before, count)).value();
    for (const auto& charge : charges) runs.push_back(charge.run);
    return runs;
  }
};

using Runs = std::vector<RunId>;

TEST_F(Charges, AreKeptFieldByField) {
  plan(1, 100);
  reopen();
  const auto found = get(store_->charges("daily *", at(0), at(500), 10)).value();
  ASSERT_EQ(found.size(), 1u);
  const auto expected = charge_of(1, 100);
  EXPECT_EQ(found[0].account, expected.account);
  EXPECT_EQ(found[0].run, expected.run);
  EXPECT_EQ(found[0].start, expected.start);
  EXPECT_EQ(found[0].time, expected.time);
  EXPECT_EQ(found[0].bytes, expected.bytes);
  EXPECT_EQ(found[0].added, expected.added);
  EXPECT_EQ(found[0].forgotten, expected.forgotten);
}

TEST_F(Charges, AreFoundByAccountAndStart) {
  plan(3, 300);
  plan(1, 100);
  plan(2, 200);
  ports::Changes other;
  other.new_charges = {charge_of(4, 150, "daily")};
  must_commit(other);
  EXPECT_EQ(charged(), (Runs{run_id(1), run_id(2), run_id(3)}));
  EXPECT_EQ(charged(at(100) + 1us, at(300) + 1us), (Runs{run_id(2)})) << "both ends are excluded";
  EXPECT_EQ(charged(at(0), at(5000), 2), (Runs{run_id(1), run_id(2)}));
  EXPECT_EQ(get(store_->charges("daily *", at(0), at(1), 0)).error().code, Errc::invalid_argument);
  EXPECT_EQ(get(store_->charges("daily *", at(0), at(1), ports::kChargesReadMax + 1)).error().code,
            Errc::invalid_argument);
}

TEST_F(Charges, OfRunsThatHaveRunStayWhateverBecomesOfThem) {
  plan(1, 100);
  move(1, RunState::on_deck);
  move(1, RunState::running);
  EXPECT_EQ(charged(), (Runs{run_id(1)}));
  move(1, RunState::canceled);
  EXPECT_EQ(charged(), (Runs{run_id(1)})) << "it has had its time";
  remove(1);
  reopen();
  EXPECT_EQ(charged(), (Runs{run_id(1)})) << "so it has when its results are removed";
}

TEST_F(Charges, OfRunsThatHaveNotRunGoWithThem) {
  std::uint32_t number = 1;
  for (const auto state : {RunState::missed, RunState::preempted, RunState::canceled, RunState::failed}) {
    plan(number, 100);
    move(number, RunState::on_deck);
    EXPECT_EQ(charged(), (Runs{run_id(number)}));
    move(number, state);
    EXPECT_EQ(charged(), Runs{}) << traits(state).name;
    ++number;
  }
  plan(number, 100);
  remove(number);
  EXPECT_EQ(charged(), Runs{});
}

TEST_F(Charges, AreForgottenWhenTheirTimeHasComeAndAnotherIsAdded) {
  plan(1, 100);
  auto later = charge_of(2, 1100);
  later.added = at(1100);
  ports::Changes changes;
  changes.new_charges = {later};
  must_commit(changes);
  EXPECT_EQ(charged(), (Runs{run_id(1), run_id(2)}));
  later.run = run_id(3);
  later.added = at(1100) + 1us;
  changes.new_charges = {later};
  must_commit(changes);
  EXPECT_EQ(charged(), (Runs{run_id(2), run_id(3)}));
}

TEST_F(Charges, OfAnEarlierSchemaAreNone) {
  file_ = folder_.path() / "earlier.db";
  {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    store::migrate(database, store::migrations().first(5));
  }
  open();
  must_commit(new_task(1));
  EXPECT_EQ(charged(), Runs{});
  plan(1, 100);
  EXPECT_EQ(charged(), (Runs{run_id(1)}));
}

}  // namespace
}  // namespace pscheduler::adapters::test
