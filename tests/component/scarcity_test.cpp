// A store without room: clear answers, nothing shown before it is durable, nothing lost once there is room.

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

class Scarcity : public WorldTest {
 protected:
  void no_room_for(RunState state, Duration until) {
    world->store.refuses = [this, state, until](const ports::Changes& changes) {
      return brings_to(changes, state) && world->clock.now() < at(until);
    };
  }
};

TEST_F(Scarcity, ATaskThatCannotBeStoredIsRefused) {
  world->store.refuses = [](const ports::Changes&) { return true; };
  const auto answer =
      world->call("POST", "/tasks", R"({"test":{"type":"background","spec":{"seconds":5}},"schedule":{}})");
  EXPECT_EQ(answer.status, 503);
  world->store.refuses = nullptr;
  EXPECT_EQ(world->get("/tasks").json(), Json::array());
  world->advance(1min);
  EXPECT_TRUE(world->plugins.calls.empty());
  EXPECT_EQ(world->book.size(), 0U);
}

TEST_F(Scarcity, NothingIsAnsweredOrSeenBeforeItIsDurable) {
  world->store.hold();
  const auto pending =
      world->begin("POST", "/tasks", R"({"test":{"type":"background","spec":{"seconds":5}},"schedule":{}})");
  EXPECT_FALSE(pending->answer);
  EXPECT_EQ(world->get("/tasks").json(), Json::array());
  world->store.release();
  world->settle();
  ASSERT_TRUE(pending->answer);
  EXPECT_EQ(world->get("/tasks").json(), Json::array({pending->answer->json()}));
}

TEST_F(Scarcity, ATaskWhoseClientGoesAwayWhileItIsStoredRunsAllTheSame) {
  world->store.hold();
  const auto pending =
      world->begin("POST", "/tasks", R"({"test":{"type":"background","spec":{"seconds":5}},"schedule":{}})");
  world->give_up(*pending);
  world->store.release();
  world->advance(1min);
  const auto tasks = world->get("/tasks").json();
  ASSERT_EQ(tasks.size(), 1U);
  const auto url = tasks[0].get<std::string>();
  EXPECT_EQ(world->run_of(url.substr(url.find("/tasks/")))["state"], "finished");
}

struct Stage {
  std::string name;
  std::string test;
  RunState state;     // the step that finds no room
  std::string shown;  // meanwhile; empty: no run yet
};

class RoomComesLate : public Scarcity, public testing::WithParamInterface<Stage> {};

TEST_P(RoomComesLate, AndTheRunIsCompleteThen) {
  const auto& c = GetParam();
  no_room_for(c.state, 20s);
  const auto task = world->post_task(c.test, 10);
  world->advance_to(at(19s));
  const auto early = world->get(task + "/runs/first?wait=0");
  if (c.shown.empty()) {
    EXPECT_EQ(early.status, 404);
  } else {
    EXPECT_EQ(early.json()["state"], c.shown);
  }
  world->advance_to(at(1min));
  const auto run = world->run_of(task);
  EXPECT_EQ(run["state"], "finished");
  EXPECT_EQ(run["result-merged"].is_object(), c.test != "multi");
  const auto detail = world->detail_of(task);
  EXPECT_EQ(detail["runs"], 1) << "tries that found no room do not count";
  EXPECT_EQ(detail["runs-started"], 1);
  EXPECT_EQ(world->runs_of(task).size(), 1U);
  std::string steps = "pending, on-deck, running, finished";
  if (c.test != "multi") steps = "pending, on-deck, running, cleanup, finished";
  EXPECT_EQ(world->states_of(run), steps);
  EXPECT_EQ(world->book.size(), 0U);
  EXPECT_LE(world->log.count("STORE_FULL"), 1) << "once for each step is enough";
}

INSTANTIATE_TEST_SUITE_P(Table, RoomComesLate,
                         testing::Values(Stage{"planning", "background", RunState::pending, ""},
                                         Stage{"planning exclusive", "exclusive", RunState::pending, ""},
                                         Stage{"planning multi", "multi", RunState::pending, ""},
                                         Stage{"on deck", "background", RunState::on_deck, "pending"},
                                         Stage{"running", "background", RunState::running, "on-deck"},
                                         Stage{"running multi", "multi", RunState::running, "on-deck"},
                                         Stage{"cleanup", "background", RunState::cleanup, "running"},
                                         Stage{"finished", "background", RunState::finished, "cleanup"},
                                         Stage{"finished multi", "multi", RunState::finished, "running"}),
                         CaseName());

TEST_F(Scarcity, ANonStarterIsStoredOnceThereIsRoom) {
  no_room_for(RunState::nonstart, 20s);
  world->post_task("exclusive", 60);
  const auto task = world->post_task("exclusive", 10);
  EXPECT_EQ(world->get(task + "/runs").json(), Json::array());
  world->advance_to(at(30s));
  EXPECT_EQ(world->run_of(task)["state"], "nonstart");
  EXPECT_EQ(world->runs_of(task).size(), 1U);
}

TEST_F(Scarcity, AMissedRunIsToldOnceThereIsRoom) {
  start({.parallel_max = 1});
  no_room_for(RunState::missed, 50s);
  world->post_task("background", 60);
  const auto task = world->post_task("background", 10);
  world->advance_to(at(49s));
  EXPECT_EQ(world->run_of(task)["state"], "pending");
  world->advance_to(at(55s));
  EXPECT_EQ(world->run_of(task)["state"], "missed");
}

TEST_F(Scarcity, ARunThatCouldNotBePutOnDeckInTimeIsMissed) {
  no_room_for(RunState::on_deck, 35s);
  const auto task = world->post_task("exclusive", 10);
  world->advance_to(at(1min));
  const auto run = world->run_of(task);
  EXPECT_EQ(run["state"], "missed");
  EXPECT_THAT(run["errors"].get<std::string>(), testing::HasSubstr("store was full"));
  EXPECT_TRUE(world->plugins.calls.empty());
}

TEST_F(Scarcity, ACancellationWithoutRoomChangesNothing) {
  const auto task = world->post_task("exclusive", 10, {{"start", "PT1M"}});
  world->store.refuses = [](const ports::Changes&) { return true; };
  EXPECT_EQ(world->call("DELETE", task).status, 503);
  world->store.refuses = nullptr;
  EXPECT_EQ(world->detail_of(task)["enabled"], true);
  EXPECT_EQ(world->run_of(world->post_task("exclusive", 10, {{"start", "PT1M"}}))["state"], "nonstart")
      << "its time is still taken";
  world->advance(2min);
  EXPECT_EQ(world->run_of(task)["state"], "finished");
  EXPECT_EQ(world->book.size(), 0U);
}

TEST_F(Scarcity, ACancellationWithoutRoomOfAnEndedTaskLeavesNothingInMemory) {
  const auto task = world->post_task("background", 1);
  world->advance(1min);
  world->store.refuses = [](const ports::Changes&) { return true; };
  EXPECT_EQ(world->call("DELETE", task).status, 503);
  EXPECT_EQ(world->book.size(), 0U);
}

TEST_F(Scarcity, ACancellationHoldsWhileTheStartOfTheRunWaitsForRoom) {
  no_room_for(RunState::running, 30s);
  const auto task = world->post_task("background", 60);
  world->advance_to(at(5s));
  ASSERT_EQ(world->run_of(task)["state"], "on-deck");
  EXPECT_EQ(world->plugins.running, 1);
  EXPECT_EQ(world->call("DELETE", task).status, 200);
  EXPECT_EQ(world->plugins.running, 0);
  world->advance_to(at(2min));
  EXPECT_EQ(world->run_of(task)["state"], "canceled");
  EXPECT_EQ(world->detail_of(task)["enabled"], false) << "no late change may undo the cancellation";
  EXPECT_EQ(world->runner.active(), 0U);
  EXPECT_EQ(world->book.size(), 0U);
}

TEST_F(Scarcity, ACanceledRunGetsItsStateOnceThereIsRoom) {
  no_room_for(RunState::canceled, 30s);
  const auto task = world->post_task("exclusive", 600);
  world->advance_to(at(5s));
  const auto pending = world->begin("DELETE", task);
  world->advance_to(at(10s));
  EXPECT_FALSE(pending->answer) << "it is not durable yet";
  EXPECT_EQ(world->plugins.running, 0) << "but its tool has ended";
  world->advance_to(at(31s));
  ASSERT_TRUE(pending->answer);
  EXPECT_EQ(pending->answer->status, 200);
  EXPECT_EQ(world->run_of(task)["state"], "canceled");
}

TEST_F(Scarcity, AStoppedNodeDoesNotWaitForRoomForEver) {
  no_room_for(RunState::failed, 30h);
  const auto task = world->post_task("background", 600);
  world->advance_to(at(5s));
  world->stop();
  EXPECT_LT(world->clock.now(), at(20s));
  EXPECT_EQ(world->plugins.running, 0);
  start({.start = at(1min)});
  EXPECT_EQ(world->run_of(task)["state"], "failed");
}

TEST_F(Scarcity, ANodeStartsWithoutRoomAndTellsWhatBecameOfItsRunsLater) {
  const auto task = world->post_task("background", 600);
  world->advance_to(at(5s));
  world->crash();
  start({.start = at(1min), .without_room_until = at(2min)});
  EXPECT_EQ(world->run_of(task)["state"], "running");
  world->advance_to(at(2min + 2s));
  EXPECT_EQ(world->run_of(task)["state"], "failed");
}

}  // namespace
}  // namespace pscheduler::test
