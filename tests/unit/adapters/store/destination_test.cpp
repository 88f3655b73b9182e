// What is known of destinations, what waits for them, and what was given up.

#include <nlohmann/json.hpp>

#include "adapters/store/destination_statements.hpp"
#include "adapters/store/migrations.hpp"
#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

class DestinationRows : public StoreTest {
 protected:
  DestinationRows() { open(); }

  void add_runs() {
    ports::Changes changes = new_task(1);
    for (std::uint32_t run = 1; run <= 2; ++run) {
      changes.new_runs.push_back(plain_run(run, 1, {at(run), at(run * 10)}, RunState::finished));
    }
    must_commit(std::move(changes));
  }

  enum class Fate { waits, given_up, archived };
  void add(std::uint32_t run, int index, const std::string& data, Fate fate, Instant next) {
    Archiving made;
    made.run = run_id(run);
    made.task = task_id(1);
    made.index = index;
    made.archiver = "http";
    made.spec = R"({"data": ")" + data + R"("})";
    made.next_attempt = next;
    made.completed = fate != Fate::waits;
    made.archived = fate == Fate::archived;
    ports::Changes changes;
    changes.new_archivings.push_back(std::move(made));
    must_commit(std::move(changes));
  }
  std::string id_of(std::uint32_t run, int index) {
    const auto all = get(store_->archivings(run_id(run))).value();
    return all.at(static_cast<std::size_t>(index)).destination;
  }
  std::vector<ports::GivenUp> given_up(const std::string& destination = "", ports::GivenUpPlace after = {},
                                       int count_max = 10) {
    return get(store_->given_up(destination, after, count_max)).value();
  }
  static std::string names(const std::vector<ports::GivenUp>& list) {
    std::string text;
    for (const auto& each : list) {
      text += std::to_string(each.archiving.run.uuid().bytes()[15]) + "." +
              std::to_string(each.archiving.index) + " ";
    }
    return text;
  }
};

TEST_F(DestinationRows, AreKeptFieldByFieldReplacedAndForgotten) {
  Destination one;
  one.id = "a";
  one.archiver = "http";
  one.label = "central";
  one.place = "https://sink";
  one.last_success = at(1);
  one.last_failure = at(2);
  one.last_error = "no";
  one.failing_since = at(3);
  one.reported = true;
  one.seen = at(4);
  Destination two;
  two.id = "b";
  two.seen = at(5);
  ports::Changes changes;
  changes.destinations = {one, two};
  must_commit(changes);
  reopen();
  auto known = get(store_->destinations()).value();
  ASSERT_EQ(known.size(), 2U);
  EXPECT_EQ(known[0].id, "b") << "the one seen last";
  EXPECT_EQ(known[0].failing_since, std::nullopt);
  EXPECT_FALSE(known[0].reported);
  const auto& kept = known[1];
  EXPECT_EQ(std::tie(kept.archiver, kept.label, kept.place, kept.last_error),
            std::tie(one.archiver, one.label, one.place, one.last_error));
  EXPECT_EQ(std::tie(kept.last_success, kept.last_failure, kept.failing_since, kept.reported, kept.seen),
            std::tie(one.last_success, one.last_failure, one.failing_since, one.reported, one.seen));
  one.last_success = at(9);
  one.failing_since.reset();
  ports::Changes more;
  more.destinations = {one};
  more.forgotten_destinations = {"b"};
  must_commit(more);
  known = get(store_->destinations()).value();
  ASSERT_EQ(known.size(), 1U);
  EXPECT_EQ(known[0].last_success, at(9));
  EXPECT_EQ(known[0].failing_since, std::nullopt);
}

TEST_F(DestinationRows, TellWhatWaitsAndWhatWasGivenUp) {
  add_runs();
  add(2, 0, "x", Fate::waits, at(1));
  add(1, 0, "x", Fate::waits, at(9));
  add(1, 1, "x", Fate::given_up, at(1));
  add(1, 2, "y", Fate::given_up, at(2));
  add(1, 3, "z", Fate::archived, at(3));
  const auto queues = get(store_->destination_queues(10)).value();
  ASSERT_EQ(queues.size(), 2U) << "where all has arrived there is no queue";
  const auto x = id_of(2, 0);
  const auto& of_x = queues[0].destination == x ? queues[0] : queues[1];
  const auto& of_y = queues[0].destination == x ? queues[1] : queues[0];
  EXPECT_EQ(of_x.waiting, 2);
  EXPECT_EQ(of_x.given_up, 1);
  EXPECT_EQ(of_x.oldest, at(20)) << "of the one that came first";
  EXPECT_EQ(of_x.run, run_id(2));
  EXPECT_EQ(of_x.index, 0);
  EXPECT_EQ(of_y.waiting, 0);
  EXPECT_EQ(of_y.given_up, 1);
  EXPECT_EQ(of_y.oldest, std::nullopt);
  EXPECT_EQ(of_y.index, 2);
}

TEST_F(DestinationRows, GiveWhatWasGivenUpTheLatestFirstPageByPage) {
  add_runs();
  add(1, 0, "x", Fate::given_up, at(5));
  add(1, 1, "y", Fate::given_up, at(7));
  add(1, 2, "x", Fate::given_up, at(5));
  add(2, 0, "x", Fate::waits, at(8));
  EXPECT_EQ(names(given_up()), "1.1 1.2 1.0 ");
  EXPECT_EQ(names(given_up(id_of(1, 0))), "1.2 1.0 ");
  const auto first = given_up("", {}, 2);
  EXPECT_EQ(names(first), "1.1 1.2 ");
  EXPECT_EQ(names(given_up("", first.back().place, 2)), "1.0 ");
  EXPECT_FALSE(get(store_->given_up("", {}, 0)));
}

TEST_F(DestinationRows, RenewTheTimeToLiveAlone) {
  add_runs();
  add(1, 0, "x", Fate::given_up, at(5));
  Archiving renewed;
  renewed.run = run_id(1);
  renewed.index = 0;
  renewed.expires = at(99);
  ports::Changes changes;
  changes.renewed_archivings.push_back(renewed);
  must_commit(std::move(changes));
  const auto kept = get(store_->archivings(run_id(1))).value();
  EXPECT_EQ(kept[0].expires, at(99));
  EXPECT_TRUE(kept[0].completed);
  EXPECT_EQ(kept[0].archiver, "http");
}

// What an earlier version has given up can be seen and offered again.
TEST_F(DestinationRows, OfAnEarlierSchema) {
  close();
  const auto steps = store::migrations();
  for (std::size_t known = 1; known < 8; ++known) {
    file_ = folder_.path() / ("from" + std::to_string(known));
    {
      SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      store::migrate(database, steps.first(known));
    }
    open();
    EXPECT_TRUE(get(store_->destinations()).value().empty());
    add_runs();
    add(1, 0, "x", Fate::given_up, at(5));
    EXPECT_EQ(names(given_up()), "1.0 ") << known;
    close();
  }
}

TEST_F(DestinationRows, AreFoundThroughIndexes) {
  SQLite::Database database(file_.string());
  const std::vector<std::pair<std::string, std::string>> plans = {
      {store::kWaitingByDestination, "USING COVERING INDEX archiving_waiting"},
      {store::kGivenUpByDestination, "USING COVERING INDEX archiving_given_up_there"},
      {store::kAllGivenUp, "USING INDEX archiving_given_up (next_attempt_us<"},
      {store::kGivenUpThere, "USING INDEX archiving_given_up_there (destination=? AND next_attempt_us<"},
      {store::kPlaceOfArchiving, "INTEGER PRIMARY KEY (rowid=?)"},
      {store::kForgetDestination, "sqlite_autoindex_destination_1 (id=?)"},
      {store::kRenewArchiving, "sqlite_autoindex_archiving_1 (run=? AND position=?)"}};
  for (const auto& [sql, wanted] : plans) {
    SQLite::Statement plan(database, "EXPLAIN QUERY PLAN " + sql);
    std::string steps;
    while (plan.executeStep()) steps += plan.getColumn(3).getString() + "\n";
    EXPECT_NE(steps.find(wanted), std::string::npos) << sql << ":\n" << steps;
    EXPECT_EQ(steps.find("TEMP B-TREE"), std::string::npos) << sql << ":\n" << steps;
  }
}

}  // namespace
}  // namespace pscheduler::adapters::test
