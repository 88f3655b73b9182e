// What is owed to other participants is done, however long they are away, over restarts, and nothing else
// waits for it.

#include "pscheduler/services/errands.hpp"

#include <cstdlib>
#include <filesystem>
#include <set>

#include "pscheduler/adapters/store/sqlite_store.hpp"
#include "pscheduler/ports/scope.hpp"
#include "services/federation/breaker.hpp"
#include "unit/services/federation/fixture.hpp"

namespace pscheduler::services::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class ErrandsTest : public FederationTest {
 protected:
  ErrandsTest() { start(); }
  ~ErrandsTest() override {
    stop();
    std::filesystem::remove_all(folder_);
  }

  void start() {
    adapters::StoreOptions options;
    options.threads = adapters::StoreThreads::none;
    auto opened = adapters::SqliteStore::open(folder_ / "pscheduler.db", options);
    if (!opened) throw std::runtime_error(opened.error().message);
    store = std::move(*opened);
    errands = std::make_unique<Errands>(Errands::Ports{loop.get_executor(), *store, clock, random, log},
                                        *peers, 48h);
    if (!get(errands->recover())) throw std::runtime_error("no recovery");
    work_ = std::make_unique<ports::Scope>(loop.get_executor(),
                                           [](const std::exception_ptr& e) { std::rethrow_exception(e); });
    work_->spawn(errands->work());
    settle();
  }

  void stop() {
    auto stopping = [](Errands& stopped, ports::Scope& work) -> ports::Async<bool> {
      co_await stopped.stop();
      work.cancel_all();
      co_await work.join();
      co_return true;
    };
    get(stopping(*errands, *work_));
    errands.reset();
    store.reset();
  }

  // As somebody does whose change makes them necessary.
  void owe(std::vector<Errand> owed) {
    ports::Changes changes;
    changes.new_errands = owed;
    const auto stored = get(store->commit(std::move(changes)));
    ASSERT_TRUE(stored) << stored.error().message;
    errands->take(std::move(owed));
    settle();
  }

  static Task task_of(std::vector<std::string> participants) {
    Task task;
    task.id = kTask;
    task.document = R"({"lead-bind":"192.0.2.7"})";
    task.participants = std::move(participants);
    task.participant_key = "K";
    return task;
  }
  std::vector<Errand> stored() { return get(store->errands()).value(); }

  std::filesystem::path folder_ = [] {
    auto name = (std::filesystem::temp_directory_path() / "errands_test.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    return name;
  }();
  SeededRandom random{7};
  std::unique_ptr<adapters::SqliteStore> store;
  std::unique_ptr<Errands> errands;

 private:
  std::unique_ptr<ports::Scope> work_;
};

TEST_F(ErrandsTest, RemoveATaskAtAllOtherParticipantsAtOnce) {
  owe(errands->for_task(task_of({"a.example", "b.example", "c.example:8443"})));
  for (const auto& call : network.calls) EXPECT_EQ(call.bind_address, "192.0.2.7");
  EXPECT_THAT(network.take_lines(), UnorderedElementsAre("DELETE " + kTaskUrl + "?key=K",
                                                         "DELETE https://c.example:8443/pscheduler/tasks/"
                                                         "11111111-1111-4111-8111-111111111111?key=K"));
  EXPECT_THAT(stored(), IsEmpty());
  EXPECT_EQ(errands->size(), 0u);
}

TEST_F(ErrandsTest, RemoveARunAtThoseWhoMayHaveIt) {
  const auto task = task_of({"a.example", "b.example", "c.example"});
  EXPECT_EQ(errands->for_run(task, kRun).size(), 2u);
  EXPECT_THAT(errands->for_participants(task, kRun, {0}), IsEmpty());
  owe(errands->for_participants(task, kRun, {0, 1}));
  EXPECT_THAT(network.take_lines(), ElementsAre("DELETE " + kRunUrl + "?key=K"));
}

TEST_F(ErrandsTest, GoOnUntilAHostIsBackAndAreDoneWithinAMinute) {
  network.answers = [](const auto&) { return is_gone(100ms); };
  const auto task = task_of({"a.example", "b.example"});
  owe(errands->for_task(task));
  owe(errands->for_run(task, kRun));
  advance(2h);
  auto left = stored();
  ASSERT_EQ(left.size(), 2u);
  EXPECT_GT(left[0].attempts, 0);
  EXPECT_THAT(left[0].problem, HasSubstr("b.example cannot be reached"));
  EXPECT_EQ(log.count("PEER_UNREACHABLE"), 1);
  // It is not bothered more often than every twenty seconds.
  EXPECT_LT(network.calls.size(), 370u);
  network.answers = [](const auto&) { return says(200, "OK"); };
  advance(60s);
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(ErrandsTest, AreDoneInTheNextLifeWhenThisOneEnds) {
  network.answers = [](const auto&) { return keeps_silent(); };
  owe(errands->for_task(task_of({"a.example", "b.example"})));
  EXPECT_EQ(network.calls.size(), 1u);
  stop();
  network.calls.clear();
  network.answers = [](const auto&) { return says(200, "OK"); };
  start();
  EXPECT_THAT(network.take_lines(), ElementsAre("DELETE " + kTaskUrl + "?key=K"));
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(ErrandsTest, TakeUpAgainWhatWasTriedInAnEarlierLife) {
  network.answers = [](const auto&) { return is_gone(); };
  owe(errands->for_task(task_of({"a.example", "b.example"})));
  advance(10min);
  const int attempts = stored().at(0).attempts;
  EXPECT_GT(attempts, 5);
  stop();
  network.answers = [](const auto&) { return says(200, "OK"); };
  start();
  advance(60s);
  EXPECT_THAT(stored(), IsEmpty());
}

// The DELETE may overtake the PUT it is to undo.
TEST_F(ErrandsTest, LookAgainAtAHostThatKnowsNothingOfItYet) {
  network.answers = [](const auto&) { return says(404, "No such run."); };
  owe(errands->for_run(task_of({"a.example", "b.example"}), kRun));
  EXPECT_EQ(network.calls.size(), 1u);
  ASSERT_EQ(stored().size(), 1u);
  EXPECT_EQ(stored()[0].problem, "b.example knows nothing of it yet");
  advance(29s);
  EXPECT_EQ(network.calls.size(), 1u);
  advance(1s);
  EXPECT_EQ(network.calls.size(), 2u);
  EXPECT_THAT(stored(), IsEmpty());
}

// That a host was silent before says nothing of what was on its way to it.
TEST_F(ErrandsTest, LookAgainAtAHostThatWasSilentFirst) {
  network.answers = [](const auto&) { return is_gone(); };
  owe(errands->for_run(task_of({"a.example", "b.example"}), kRun));
  network.answers = [](const auto&) { return says(404, "No such run."); };
  advance(5s);
  ASSERT_EQ(stored().size(), 1u);
  EXPECT_EQ(stored()[0].problem, "b.example knows nothing of it yet");
  network.answers = [](const auto&) { return says(200, "OK"); };
  advance(10s);
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(ErrandsTest, AreRepeatedMoreAndMoreSeldomWhereTheyAreRefused) {
  network.answers = [](const auto&) { return says(403, "No."); };
  owe(errands->for_task(task_of({"a.example", "b.example"})));
  advance(1min);
  const auto at_first = network.take_lines().size();
  EXPECT_GE(at_first, 5u);
  advance(1h);
  network.calls.clear();
  advance(1h);
  EXPECT_GE(network.calls.size(), 11u);
  EXPECT_LE(network.calls.size(), 17u);
  EXPECT_THAT(stored().at(0).problem, HasSubstr("answered 403"));
}

// Whoever answers is there: what waits for the end of a pause is done at once.
TEST_F(ErrandsTest, AreDoneAtOnceWhenTheirHostAnswersAnythingElse) {
  network.answers = [](const auto&) { return is_gone(); };
  owe(errands->for_task(task_of({"a.example", "b.example"})));
  advance(10min);
  while (errands->owed().at(0).next_attempt - clock.now() < 21s) advance(1s);
  // From another address than the task's, whose breaker is open.
  network.answers = [](const auto&) { return says(200, "{}"); };
  EXPECT_TRUE(ask_clock());
  advance(kPauseAfterSignOfLife);
  EXPECT_EQ(errands->size(), 0u);
}

TEST_F(ErrandsTest, AreDoneAtOnceWhenTheirHostCallsAndItsBreakerCloses) {
  network.answers = [](const auto&) { return is_gone(); };
  owe(errands->for_task(task_of({"a.example", "b.example"})));
  advance(10min);
  while (errands->owed().at(0).next_attempt - clock.now() < 10s) advance(1s);
  network.calls.clear();
  network.answers = [](const auto&) { return says(200, "{}"); };
  peers->heard_from("c.example");
  settle();
  EXPECT_THAT(network.calls, IsEmpty());
  peers->heard_from("b.example");
  advance(kPauseAfterSignOfLife);
  EXPECT_EQ(errands->size(), 0u);
  EXPECT_EQ(log.count("PEER_REACHABLE"), 1);
  EXPECT_THAT(peers->states().at(0).silences, IsEmpty());
}

TEST_F(ErrandsTest, BotherAHostLittleThatCallsAndCannotBeCalled) {
  network.answers = [](const auto&) { return is_gone(); };
  owe(errands->for_task(task_of({"a.example", "b.example"})));
  advance(10min);
  network.calls.clear();
  for (int i = 0; i < 1000; ++i) {
    peers->heard_from("b.example");
    advance(100ms);
  }
  EXPECT_GE(network.calls.size(), 40u);
  EXPECT_LE(network.calls.size(), 51u);
}

TEST_F(ErrandsTest, TellForEachHostWhatIsOwed) {
  network.answers = [](const ports::HttpCall& call) {
    return call.url.starts_with("https://b.example") ? says(403, "No.") : is_gone();
  };
  const auto task = task_of({"a.example", "b.example", "c.example"});
  owe(errands->for_task(task));
  advance(1min);
  owe(errands->for_participants(task, kRun, {2}));
  const auto owed = errands->owed();
  ASSERT_EQ(owed.size(), 2u);
  EXPECT_EQ(owed[0].host, "b.example");
  EXPECT_EQ(owed[0].count, 1u);
  EXPECT_EQ(owed[0].untried, 0u);
  EXPECT_EQ(owed[0].oldest, kNoon);
  EXPECT_GT(owed[0].next_attempt, clock.now());
  EXPECT_THAT(owed[0].problem, HasSubstr("answered 403"));
  EXPECT_EQ(owed[1].host, "c.example");
  EXPECT_EQ(owed[1].count, 2u);
  EXPECT_EQ(owed[1].untried, 1u) << "all wait for the one that finds out whether the host is back";
  EXPECT_EQ(owed[1].oldest, kNoon);
  EXPECT_THAT(owed[1].problem, HasSubstr("c.example cannot be reached"));
}

TEST_F(ErrandsTest, AreGivenUpWhenTheyAreNoLongerWorthIt) {
  network.answers = [](const auto&) { return says(500, "Oops"); };
  owe(errands->for_task(task_of({"a.example", "b.example"})));
  advance(47h + 50min);
  EXPECT_EQ(stored().size(), 1u);
  advance(20min);
  EXPECT_THAT(stored(), IsEmpty());
  EXPECT_EQ(log.count("ERRAND_GIVEN_UP"), 1);
  network.calls.clear();
  advance(1h);
  EXPECT_THAT(network.calls, IsEmpty());
}

TEST_F(ErrandsTest, OfAHostThatIsGoneKeepNoOthersWaiting) {
  network.answers = [](const ports::HttpCall& call) {
    return call.url.starts_with("https://b.example") ? keeps_silent() : says(200, "OK");
  };
  std::vector<Errand> many;
  for (int i = 0; i < 200; ++i) {
    auto task = task_of({"a.example", "b.example"});
    task.id = TaskId(ports::new_uuid(random));
    for (auto& errand : errands->for_task(task)) many.push_back(std::move(errand));
  }
  owe(std::move(many));
  advance(1min);
  network.calls.clear();
  owe(errands->for_task(task_of({"a.example", "c.example"})));
  EXPECT_EQ(network.calls.size(), 1u);
  EXPECT_LE(network.under_way_max, 5);
  network.answers = [](const auto&) { return says(200, "OK"); };
  advance(60s);
  EXPECT_THAT(stored(), IsEmpty());
  EXPECT_LE(network.under_way_max, 5);
}

TEST_F(ErrandsTest, WaitForNoClockThatWasSetBack) {
  network.answers = [](const auto&) { return is_gone(); };
  owe(errands->for_task(task_of({"a.example", "b.example"})));
  advance(5min);
  clock.step(-24h);
  network.answers = [](const auto&) { return says(200, "OK"); };
  advance(60s);
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(ErrandsTest, AreDoneOnceMoreWhenThatTheyAreDoneCannotBeStored) {
  owe({});
  const auto made = errands->for_task(task_of({"a.example", "b.example"}));
  ports::Changes changes;
  changes.new_errands = made;
  ASSERT_TRUE(get(store->commit(std::move(changes))));
  store->stop();  // from now on nothing is stored
  errands->take(made);
  settle();
  EXPECT_EQ(network.calls.size(), 1u);
  EXPECT_EQ(log.count("ERRAND_UNSTORED"), 1);
  advance(30s);
  EXPECT_EQ(network.calls.size(), 2u);
  EXPECT_EQ(errands->size(), 1u);
}

}  // namespace
}  // namespace pscheduler::services::test
