// What housekeeping finds old, in which order; and what removing it takes along and leaves alone.

#include "adapters/store/retention_statements.hpp"
#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

using ports::OldRuns;
using enum RunState;

struct RetentionTest : StoreTest {
  void SetUp() override { open(); }

  std::vector<RunId> old_runs(OldRuns which, ports::RetentionPlace after = {}, int count_max = 100) {
    std::vector<RunId> ids;
    const auto page = get(store_->old_runs(which, after, count_max)).value();
    for (const auto& run : page) ids.push_back(run.id);
    return ids;
  }
  ports::OldTask old_task(std::uint32_t number) {
    const auto page = get(store_->old_tasks({}, 100)).value();
    for (const auto& task : page) {
      if (task.id == task_id(number)) return task;
    }
    ADD_FAILURE() << "task " << number << " is not among them";
    return {};
  }
  void add_run(pscheduler::Run run) {
    ports::Changes changes;
    changes.new_runs.push_back(std::move(run));
    must_commit(std::move(changes));
  }
  void add_archiving(std::uint32_t run, int index, std::optional<Instant> expires, bool completed) {
    Archiving archiving;
    archiving.run = run_id(run);
    archiving.index = index;
    archiving.archiver = "bitbucket";
    archiving.spec = "{}";
    archiving.expires = expires;
    archiving.completed = completed;
    ports::Changes changes;
    changes.new_archivings.push_back(std::move(archiving));
    must_commit(std::move(changes));
  }
  void remove_task(std::uint32_t number) {
    ports::Changes changes;
    changes.removed_tasks.push_back(task_id(number));
    must_commit(std::move(changes));
  }
  std::int64_t ask(const std::string& sql) const {
    return SQLite::Database(file_.string()).execAndGet(sql).getInt64();
  }
  void spoil(const std::string& sql) const {
    SQLite::Database(file_.string(), SQLite::OPEN_READWRITE).exec(sql);
  }
  std::int64_t rows() const {
    std::int64_t count = 0;
    for (const auto& table : store::kOrphanedRows)
      count += ask(std::string("SELECT count(*) FROM ") + table.table);
    return count;
  }
};

std::vector<RunId> ids(const std::vector<std::uint32_t>& numbers) {
  std::vector<RunId> found;
  for (const auto number : numbers) found.push_back(run_id(number));
  return found;
}

TEST_F(RetentionTest, ListsRunsByTheInstantThatMakesThemOld) {
  must_commit(new_task(1));
  add_run(plain_run(10, 1, {at(50), at(60)}, finished));
  add_run(plain_run(11, 1, {at(20), at(30)}, nonstart));
  add_run(plain_run(12, 1, {at(0), at(10)}, running));
  add_run(plain_run(13, 1, {at(5), at(8)}, scheduling));
  add_run(plain_run(14, 1, {at(20), at(30)}, missed));
  auto expiring = plain_run(15, 1, {at(70), at(80)}, finished);
  expiring.expires = at(1);
  add_run(expiring);
  auto not_over = plain_run(16, 1, {at(70), at(80)}, running);
  not_over.expires = at(1);
  add_run(not_over);
  EXPECT_EQ(old_runs(OldRuns::ended), ids({11, 14, 10, 15}));
  EXPECT_EQ(old_runs(OldRuns::unfinished), ids({13, 12, 16}));
  EXPECT_EQ(old_runs(OldRuns::expiring), ids({15}));
}

TEST_F(RetentionTest, GoesOnBehindAPlaceAlsoWhenManyEndAtOnce) {
  must_commit(new_task(1));
  for (std::uint32_t i = 10; i < 15; ++i) add_run(plain_run(i, 1, {at(0), at(10)}, finished));
  add_run(plain_run(9, 1, {at(0), at(11)}, finished));
  ports::RetentionPlace place;
  std::vector<RunId> all;
  for (;;) {
    const auto page = get(store_->old_runs(OldRuns::ended, place, 2)).value();
    if (page.empty()) break;
    EXPECT_LE(page.size(), 2u);
    for (const auto& run : page) all.push_back(run.id);
    place = page.back().place;
  }
  EXPECT_EQ(all, ids({10, 11, 12, 13, 14, 9}));
  EXPECT_EQ(get(store_->old_runs(OldRuns::ended, {}, 0)).error().code, Errc::invalid_argument);
}

TEST_F(RetentionTest, SaysWhatARunIsStillWantedFor) {
  must_commit(new_task(1));
  auto open_one = plain_run(10, 1, {at(0), at(1)}, nonstart);
  open_one.latest_start = at(500);
  add_run(open_one);
  auto over = plain_run(11, 1, {at(0), at(2)}, finished);
  over.latest_start = at(500);
  add_run(over);
  add_run(plain_run(12, 1, {at(0), at(3)}, finished));
  ports::Changes changes;
  changes.results.emplace_back(run_id(12), RunResults{"12345", "", "678", ""});
  must_commit(std::move(changes));
  add_archiving(12, 0, at(100), false);
  add_archiving(12, 1, at(200), false);
  add_archiving(12, 2, at(900), true);
  add_run(plain_run(13, 1, {at(0), at(4)}, finished));
  add_archiving(13, 0, at(100), false);
  add_archiving(13, 1, std::nullopt, false);
  const auto runs = get(store_->old_runs(OldRuns::ended, {}, 10)).value();
  ASSERT_EQ(runs.size(), 4u);
  EXPECT_EQ(runs[0].planned_anew_until, at(500));
  EXPECT_EQ(runs[0].archived_until, std::nullopt);
  EXPECT_EQ(runs[1].planned_anew_until, std::nullopt) << "it has had its run";
  EXPECT_EQ(runs[2].archived_until, at(200));
  EXPECT_EQ(runs[2].result_bytes, 8);
  EXPECT_EQ(runs[2].task, task_id(1));
  EXPECT_EQ(runs[2].place.at, at(3));
  EXPECT_EQ(runs[3].archived_until, Instant::max());
}

TEST_F(RetentionTest, ListsTasksThatPlanNothing) {
  ports::Changes changes;
  Task live = plain_task(1);
  live.progress.plans_runs = true;
  Task canceled_one = plain_task(2);
  canceled_one.progress.canceled_at = at(70);
  canceled_one.progress.latest_end = at(90);
  Task over = plain_task(3);
  over.participant = 1;
  over.schedule.repeat_cron = "0 0 1 * *";
  over.schedule.start = at(5);
  over.schedule.until = at(6);
  over.schedule.max_runs = 7;
  over.progress.enabled = true;
  over.progress.runs = 4;
  over.progress.latest_end = at(60);
  Task without_runs = plain_task(4);
  changes.new_tasks = {live, canceled_one, over, without_runs};
  must_commit(std::move(changes));
  const auto tasks = get(store_->old_tasks({}, 10)).value();
  ASSERT_EQ(tasks.size(), 3u);
  EXPECT_EQ(tasks[0].id, task_id(4));
  EXPECT_EQ(tasks[1].id, task_id(3));
  EXPECT_EQ(tasks[1].place.at, at(60));
  EXPECT_FALSE(tasks[1].leads);
  EXPECT_TRUE(tasks[1].repeats);
  EXPECT_TRUE(tasks[1].enabled);
  EXPECT_EQ(tasks[1].added, at(0));
  EXPECT_EQ(tasks[1].start, at(5));
  EXPECT_EQ(tasks[1].until, at(6));
  EXPECT_EQ(tasks[1].latest_end, at(60));
  EXPECT_EQ(tasks[1].max_runs, 7);
  EXPECT_EQ(tasks[1].runs, 4);
  EXPECT_EQ(tasks[2].id, task_id(2));
  EXPECT_EQ(tasks[2].place.at, at(70));
  EXPECT_EQ(tasks[2].canceled_at, at(70));
  EXPECT_TRUE(tasks[2].leads);
  const auto behind = get(store_->old_tasks(tasks[1].place, 10)).value();
  ASSERT_EQ(behind.size(), 1u);
  EXPECT_EQ(behind[0].id, task_id(2));
}

TEST_F(RetentionTest, ATaskWithRunsStays) {
  ports::Changes changes;
  changes.new_tasks = {plain_task(1), plain_task(2), plain_task(3)};
  changes.new_runs = {plain_run(10, 1, {at(0), at(1)}, finished),
                      plain_run(20, 2, {at(0), at(1)}, scheduling)};
  must_commit(std::move(changes));
  EXPECT_TRUE(old_task(1).has_runs);
  EXPECT_TRUE(old_task(2).has_runs);
  EXPECT_FALSE(old_task(3).has_runs);
  for (std::uint32_t number = 1; number <= 3; ++number) remove_task(number);
  remove_task(99);
  EXPECT_TRUE(get(store_->task(task_id(1))).value().has_value());
  EXPECT_TRUE(get(store_->task(task_id(2))).value().has_value());
  EXPECT_FALSE(get(store_->task(task_id(3))).value().has_value());
  EXPECT_EQ(ask("SELECT count(*) FROM task_progress"), 2);
}

TEST_F(RetentionTest, ATaskGoesTogetherWithItsLastRun) {
  must_commit(new_task(1));
  add_run(plain_run(10, 1, {at(0), at(1)}, finished));
  add_archiving(10, 0, std::nullopt, false);
  ports::Changes more;
  more.results.emplace_back(run_id(10), RunResults{"1", "2", "3", "4"});
  more.history.push_back({run_id(10), at(0), std::nullopt, finished, "Measured.", "runner"});
  must_commit(std::move(more));
  ports::Changes changes;
  changes.removed_runs.push_back(run_id(10));
  changes.removed_tasks.push_back(task_id(1));
  must_commit(std::move(changes));
  EXPECT_EQ(rows(), 0);
}

struct Orphan {
  std::string name;
  std::string damage;
  std::int64_t orphans;
  std::int64_t gone;
};

TEST_F(RetentionTest, RemovesWhatBelongsToNothingAndNothingElse) {
  for (const auto& row : {Orphan{"nothing", "SELECT 1", 0, 0},
                          Orphan{"a run is gone", "DELETE FROM run WHERE number = 2", 3, 4},
                          Orphan{"a task is gone", "DELETE FROM task WHERE number = 2", 2, 6},
                          Orphan{"a progress is gone", "DELETE FROM task_progress WHERE task = 2", 1, 6}}) {
    ports::Changes changes;
    changes.new_tasks = {plain_task(1), plain_task(2)};
    changes.new_runs = {plain_run(10, 1, {at(0), at(1)}, finished),
                        plain_run(20, 2, {at(0), at(1)}, finished)};
    for (const auto run : {10u, 20u}) {
      changes.results.emplace_back(run_id(run), RunResults{"1", "", "", ""});
      changes.history.push_back({run_id(run), at(0), std::nullopt, finished, "Measured.", "runner"});
      Archiving archiving;
      archiving.run = run_id(run);
      archiving.spec = "{}";
      changes.new_archivings.push_back(archiving);
    }
    must_commit(std::move(changes));
    const auto before = rows();
    {
      SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
      database.tryExec(row.damage);
    }
    const ports::NumberRange all{0, get(store_->numbers_end()).value()};
    EXPECT_EQ(get(store_->count_orphans(all)).value(), row.orphans) << row.name;
    ports::Changes sweep;
    sweep.removed_orphans = all;
    must_commit(std::move(sweep));
    EXPECT_EQ(get(store_->count_orphans(all)).value(), 0) << row.name;
    EXPECT_TRUE(get(store_->run(task_id(1), run_id(10))).value().has_value()) << row.name;
    EXPECT_EQ(rows(), before - row.gone) << row.name;
    spoil(
        "DELETE FROM task; DELETE FROM task_progress; DELETE FROM run; DELETE FROM run_results;"
        "DELETE FROM state_change; DELETE FROM archiving");
  }
}

TEST_F(RetentionTest, NumbersOfOrphansAreSeenBeyondTheLastRun) {
  EXPECT_EQ(get(store_->numbers_end()).value(), 1);
  spoil("INSERT INTO state_change VALUES (1, 500, 0, NULL, 1, '', '')");
  EXPECT_EQ(get(store_->numbers_end()).value(), 501);
  ports::Changes sweep;
  sweep.removed_orphans = ports::NumberRange{0, 500};
  must_commit(sweep);
  EXPECT_EQ(get(store_->count_orphans({0, 501})).value(), 1) << "outside of the range";
  EXPECT_EQ(get(store_->count_orphans({500, 501})).value(), 1);
}

// Pages of removed rows are used again: under a steady load the file ends at a steady size.
TEST_F(RetentionTest, TheFileDoesNotGrowUnderASteadyLoad) {
  must_commit(new_task(1));
  std::uint32_t number = 10;
  const auto turn_over = [&](int turns) {
    for (int turn = 0; turn < turns; ++turn, ++number) {
      add_run(plain_run(number, 1, {at(number), at(number + 1)}, finished));
      ports::Changes changes;
      changes.results.emplace_back(run_id(number), RunResults{std::string(20'000, 'x'), "", "", ""});
      if (number >= 30) changes.removed_runs.push_back(run_id(number - 20));
      must_commit(std::move(changes));
    }
  };
  turn_over(60);
  const auto size = ask("PRAGMA page_count");
  turn_over(200);
  EXPECT_LE(ask("PRAGMA page_count"), size + size / 10);
  EXPECT_EQ(integrity(), "ok");
}

}  // namespace
}  // namespace pscheduler::adapters::test
