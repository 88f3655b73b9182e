// Archivings as their queue asks for them: bounded, in order, and through indexes.

#include <algorithm>
#include <set>

#include "adapters/store/archiving_statements.hpp"
#include "adapters/store/migrations.hpp"
#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

class ArchivingQueue : public StoreTest {
 protected:
  ArchivingQueue() {
    open();
    ports::Changes changes = new_task(1);
    changes.new_runs.push_back(plain_run(1, 1, {at(0), at(10)}, RunState::finished));
    must_commit(std::move(changes));
  }

  static Archiving archiving(int index, const std::string& archiver, Instant next_attempt,
                             std::optional<Instant> expires = {}) {
    Archiving made;
    made.run = run_id(1);
    made.task = task_id(1);
    made.index = index;
    made.archiver = archiver;
    made.spec = R"({"archiver":")" + archiver + R"("})";
    made.next_attempt = next_attempt;
    made.expires = expires;
    return made;
  }
  void add(std::vector<Archiving> archivings) {
    ports::Changes changes;
    changes.new_archivings = std::move(archivings);
    must_commit(std::move(changes));
  }
  void change(const Archiving& archiving) {
    ports::Changes changes;
    changes.changed_archivings.push_back(archiving);
    must_commit(std::move(changes));
  }
  [[nodiscard]] std::string destination(int index) {
    return get(store_->archivings(run_id(1))).value().at(static_cast<std::size_t>(index)).destination;
  }
  // Due ones where the one with the index goes.
  ports::ArchivingPage due(int index, Instant now, int count = 10) {
    return get(store_->due_archivings(destination(index), now, count)).value();
  }
  ports::ArchivingPage expired(Instant now, int count = 10) {
    return get(store_->expired_archivings(now, count)).value();
  }
  static std::vector<int> indexes(const ports::ArchivingPage& page) {
    std::vector<int> found;
    for (const auto& each : page.archivings) found.push_back(each.index);
    return found;
  }
  [[nodiscard]] std::vector<std::string> waiting() {
    std::vector<std::string> found;
    const auto destinations = get(store_->waiting_destinations()).value();
    for (const auto& each : destinations) {
      found.push_back(each.archiver + " " + std::to_string((each.next_attempt - at(0)) / 1s));
    }
    return found;
  }
  using Indexes = std::vector<int>;
};

TEST_F(ArchivingQueue, IsEmptyAtFirst) {
  EXPECT_TRUE(waiting().empty());
  EXPECT_TRUE(expired(at(0)).archivings.empty());
  EXPECT_FALSE(expired(at(0)).next);
}

TEST_F(ArchivingQueue, GivesTheLongestDueOfADestination) {
  add({archiving(0, "tcp", at(3)), archiving(1, "http", at(2)), archiving(2, "http", at(1)),
       archiving(3, "http", at(3)), archiving(4, "http", at(9)), archiving(5, "tcp", at(8))});
  EXPECT_EQ(indexes(due(1, at(5))), (Indexes{2, 1, 3}));
  EXPECT_EQ(indexes(due(1, at(5), 2)), (Indexes{2, 1}));
  EXPECT_EQ(indexes(due(0, at(5))), (Indexes{0}));
  EXPECT_EQ(due(1, at(5)).next, at(9));
  EXPECT_EQ(indexes(due(1, at(1))), (Indexes{2})) << "one due now is due";
  EXPECT_EQ(due(1, at(9)).next, std::nullopt);
}

TEST_F(ArchivingQueue, TellsWhereSomethingWaitsTheLongestFirst) {
  add({archiving(0, "tcp", at(3)), archiving(1, "http", at(2)), archiving(2, "http", at(9)),
       archiving(3, "syslog", at(2))});
  EXPECT_EQ(waiting(), (std::vector<std::string>{"http 2", "syslog 2", "tcp 3"}));
  auto done = archiving(1, "http", at(2));
  done.completed = true;
  change(done);
  EXPECT_EQ(waiting(), (std::vector<std::string>{"syslog 2", "tcp 3", "http 9"}));
}

TEST_F(ArchivingQueue, GivesThoseThatExpireThoughTheyWait) {
  add({archiving(0, "http", at(50), at(7)), archiving(1, "tcp", at(1), at(6)), archiving(2, "tcp", at(50))});
  EXPECT_EQ(expired(at(5)).next, at(6));
  EXPECT_EQ(indexes(due(1, at(5))), (Indexes{1}));
  EXPECT_EQ(indexes(expired(at(7))), (Indexes{1, 0}));
  EXPECT_EQ(indexes(expired(at(7), 1)), (Indexes{1}));
  EXPECT_EQ(expired(at(7)).next, std::nullopt);
  EXPECT_EQ(indexes(due(1, at(7))), Indexes{}) << "it is not tried any more";
}

TEST_F(ArchivingQueue, ForgetsThoseThatAreCompleted) {
  auto done = archiving(0, "http", at(1), at(2));
  add({done});
  done.completed = true;
  done.archived = true;
  done.attempts = 2;
  done.last_attempt = at(1) + 1us;
  done.diags = R"([{"return-code":0}])";
  change(done);
  EXPECT_TRUE(due(0, at(1)).archivings.empty());
  EXPECT_TRUE(expired(at(5)).archivings.empty());
  EXPECT_TRUE(waiting().empty());
  reopen();
  const auto kept = get(store_->archivings(run_id(1))).value();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].attempts, 2);
  EXPECT_EQ(kept[0].last_attempt, done.last_attempt);
  EXPECT_EQ(kept[0].diags, done.diags);
  EXPECT_TRUE(kept[0].archived);
}

TEST_F(ArchivingQueue, GivesEveryColumn) {
  auto one = archiving(3, "http", at(1) + 7us, at(90) + 1us);
  one.attempts = 4;
  one.last_attempt = at(0) + 2us;
  one.diags = R"([{"stderr":"Zürich"}])";
  add({one});
  const auto due = get(store_->due_archivings(destination(0), at(5), 1)).value().archivings;
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].run, one.run);
  EXPECT_EQ(due[0].task, one.task);
  EXPECT_EQ(due[0].index, 3);
  EXPECT_EQ(due[0].archiver, "http");
  EXPECT_EQ(due[0].spec, one.spec);
  EXPECT_EQ(due[0].expires, one.expires);
  EXPECT_EQ(due[0].attempts, 4);
  EXPECT_EQ(due[0].last_attempt, one.last_attempt);
  EXPECT_EQ(due[0].next_attempt, one.next_attempt);
  EXPECT_FALSE(due[0].completed);
  EXPECT_FALSE(due[0].archived);
  EXPECT_EQ(due[0].diags, one.diags);
}

TEST_F(ArchivingQueue, CountsThoseDueAndThoseThatWait) {
  auto done = archiving(3, "http", at(1));
  done.completed = true;
  add({archiving(0, "http", at(1)), archiving(1, "tcp", at(5)), archiving(2, "tcp", at(6)), done});
  const auto counts = get(store_->archiving_counts(at(5))).value();
  EXPECT_EQ(counts.due, 2);
  EXPECT_EQ(counts.later, 1);
}

TEST_F(ArchivingQueue, GoesWithItsRun) {
  add({archiving(0, "http", at(1))});
  ports::Changes changes;
  changes.removed_runs.push_back(run_id(1));
  must_commit(std::move(changes));
  EXPECT_TRUE(waiting().empty());
  EXPECT_EQ(get(store_->archiving_counts(at(5))).value().due, 0);
}

TEST_F(ArchivingQueue, KnowsADestinationByItsArchiverAndData) {
  const auto with_spec = [](int index, const std::string& archiver, const std::string& spec) {
    auto made = archiving(index, archiver, at(1));
    made.spec = spec;
    return made;
  };
  add({with_spec(0, "http", R"({"data":{"a":1,"_b":"s"},"label":"one"})"),
       with_spec(1, "http", R"({"label":"two","data": {"_b":"s", "a":1},"ttl":"PT1H"})"),
       with_spec(2, "http", R"({"data":{"a":1,"_b":"t"}})"),
       with_spec(3, "tcp", R"({"data":{"a":1,"_b":"s"}})"), with_spec(4, "http", R"({})")});
  reopen();
  auto kept = get(store_->archivings(run_id(1))).value();
  EXPECT_EQ(kept[0].destination, kept[1].destination);
  EXPECT_EQ(kept[0].destination.size(), 16U);
  std::set<std::string> different;
  for (const auto& each : kept) different.insert(each.destination);
  EXPECT_EQ(different.size(), 4U);
  // What becomes of an archiving does not change where it goes.
  kept[0].archiver = "other";
  kept[0].attempts = 3;
  change(kept[0]);
  const auto changed = get(store_->archivings(run_id(1))).value();
  EXPECT_EQ(changed[0].destination, kept[0].destination);
  EXPECT_EQ(changed[0].archiver, "http");
  EXPECT_EQ(changed[0].attempts, 3);
}

// Else a short password could be found by trying.
TEST_F(ArchivingQueue, DestinationsHaveOtherNamesElsewhere) {
  add({archiving(0, "http", at(1))});
  const auto here = get(store_->archivings(run_id(1))).value()[0].destination;
  close();
  file_ = folder_.path() / "elsewhere.db";
  open();
  ports::Changes changes = new_task(1);
  changes.new_runs.push_back(plain_run(1, 1, {at(0), at(10)}, RunState::finished));
  changes.new_archivings.push_back(archiving(0, "http", at(1)));
  must_commit(std::move(changes));
  EXPECT_NE(get(store_->archivings(run_id(1))).value()[0].destination, here);
}

// Of every earlier schema: those that wait get their destination, the same as new ones.
TEST_F(ArchivingQueue, OfEarlierSchemasHaveTheirDestinations) {
  close();
  const auto steps = store::migrations();
  for (std::size_t known = 1; known < 7; ++known) {
    file_ = folder_.path() / ("from" + std::to_string(known));
    {
      SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      store::migrate(database, steps.first(known));
      database.exec(
          "INSERT INTO archiving (run, position, archiver, spec, attempts, next_attempt_us, completed, "
          "archived,"
          " diags) VALUES (1, 0, 'http', '{\"data\":{\"a\":1}}', 0, 5, 0, 0, '[]'),"
          " (1, 1, 'tcp', '{\"data\":{\"a\":1}}', 0, 6, 1, 1, '[]')");
    }
    open();
    ports::Changes changes = new_task(1);
    changes.new_runs.push_back(plain_run(1, 1, {at(0), at(10)}, RunState::finished));
    must_commit(std::move(changes));
    auto later = archiving(2, "http", at(1));
    later.spec = R"({"label":"later","data":{"a":1}})";
    add({later});
    const auto kept = get(store_->archivings(run_id(1))).value();
    ASSERT_EQ(kept.size(), 3U) << known;
    EXPECT_EQ(kept[0].destination.size(), 16U) << known;
    EXPECT_EQ(kept[0].destination, kept[2].destination) << known;
    EXPECT_NE(kept[1].destination, kept[0].destination) << known;
    EXPECT_EQ(indexes(due(0, at(5))), (Indexes{0, 2})) << known;
    close();
  }
}

struct PlanCase {
  std::string name;
  std::string sql;
  std::string must_use;
};

// However many results wait or have been archived, what is asked for is found without looking at the others.
TEST_F(ArchivingQueue, IsReadThroughIndexes) {
  SQLite::Database database(file_.string());
  for (const auto& row : std::vector<PlanCase>{
           {"due", store::kDueArchivings, "INDEX archiving_waiting (destination=? AND next_attempt_us<?)"},
           {"expired", store::kExpiredArchivings, "INDEX archiving_expires (expires_us<?)"},
           {"next destination", store::kNextDestination, "INDEX archiving_waiting (destination>?)"},
           {"next attempt", store::kNextAttempt,
            "INDEX archiving_waiting (destination=? AND next_attempt_us>?)"},
           {"next expiry", store::kNextExpiry, "INDEX archiving_expires (expires_us>?)"},
           {"of a run", store::kArchivingsOfRun, "sqlite_autoindex_archiving_1 (run=?)"},
           {"counts", store::kCountArchivings, "INDEX archiving_waiting"},
           {"change", store::kChangeArchiving, "sqlite_autoindex_archiving_1 (run=? AND position=?)"},
           {"removal", store::kRemoveArchivings, "sqlite_autoindex_archiving_1 (run=?)"}}) {
    SQLite::Statement plan(database, "EXPLAIN QUERY PLAN " + row.sql);
    std::string steps;
    while (plan.executeStep()) steps += plan.getColumn(3).getString() + "\n";
    EXPECT_NE(steps.find(row.must_use), std::string::npos) << row.name << ":\n" << steps;
    EXPECT_EQ(steps.find("TEMP B-TREE"), std::string::npos) << row.name << ":\n" << steps;
    // Only those that are open are counted one by one.
    if (row.name != "counts") {
      EXPECT_EQ(steps.find("SCAN"), std::string::npos) << row.name << ":\n" << steps;
    }
  }
}

}  // namespace
}  // namespace pscheduler::adapters::test
