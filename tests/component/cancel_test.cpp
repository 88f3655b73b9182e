// Cancelling tasks and removing runs, at every moment.

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

class Cancel : public WorldTest {
 protected:
  std::string path_of(const Json& run) {
    const auto href = run["href"].get<std::string>();
    return href.substr(href.find("/tasks/"));
  }
};

TEST_F(Cancel, TakesFutureRunsAwayAndIsIdempotent) {
  const auto task = world->post_task("exclusive", 10, {{"start", "PT1H"}});
  EXPECT_EQ(world->get(task + "/runs").json().size(), 1U);
  for (int i = 0; i < 2; ++i) {
    const auto answer = world->call("DELETE", task + "?");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "OK\n");
  }
  EXPECT_EQ(world->get(task + "/runs").json(), Json::array());
  EXPECT_EQ(world->detail_of(task)["enabled"], false);
  EXPECT_EQ(world->run_of(world->post_task("exclusive", 10, {{"start", "PT1H"}}))["state"], "pending")
      << "its time is free again";
  world->advance(2h);
  EXPECT_EQ(world->plugins.calls.size(), 2U) << "the tool of the other task alone was started and ended";
  EXPECT_EQ(world->book.size(), 0U);
}

TEST_F(Cancel, EndsTheToolOfTheRunningRunBeforeItIsAnswered) {
  const auto task = world->post_task("exclusive", 600);
  world->advance(5s);
  const auto answer = world->call("DELETE", task);
  EXPECT_EQ(answer.status, 200);
  ASSERT_EQ(world->plugins.calls.back().what, "killed");
  EXPECT_LE(world->plugins.calls.back().at, answer.at);
  const auto run = world->run_of(task);
  EXPECT_EQ(run["state"], "canceled");
  EXPECT_EQ(run["result-merged"], nullptr);
  EXPECT_EQ(world->history_of(run).back().actor, "api 127.0.0.1");
  EXPECT_EQ(world->call("DELETE", task).status, 200);
  EXPECT_EQ(world->run_of(task)["state"], "canceled");
  EXPECT_NE(world->run_of(world->post_task("exclusive", 10))["state"], "nonstart")
      << "its time is free again";
}

TEST_F(Cancel, LetsARunThatHasBeenMeasuredGoOnToItsEnd) {
  world->plugins.merge_takes = 3s;
  const auto task = world->post_task("background", 10);
  world->advance_to(at(10s));
  ASSERT_EQ(world->run_of(task)["state"], "cleanup");
  EXPECT_EQ(world->call("DELETE", task).status, 200);
  EXPECT_EQ(world->run_of(task)["state"], "finished");
}

TEST_F(Cancel, KeepsAMeasurementWhoseEndIsJustBeingStored) {
  const auto task = world->post_task("background", 10);
  world->store.hold(RunState::cleanup);
  world->advance_to(at(9s));
  ASSERT_EQ(world->store.held(), 1);
  const auto pending = world->begin("DELETE", task);
  EXPECT_EQ(world->detail_of(task)["enabled"], false) << "the cancellation itself is durable";
  world->store.release();
  world->settle();
  ASSERT_TRUE(pending->answer);
  EXPECT_EQ(pending->answer->status, 200);
  EXPECT_EQ(world->run_of(task)["state"], "finished");
  EXPECT_EQ(world->states_of(world->run_of(task)), "pending, on-deck, running, cleanup, finished");
}

TEST_F(Cancel, LeavesEndedRunsAsTheyAre) {
  const auto task = world->post_task("background", 10, {{"repeat", "PT1M"}});
  world->advance(30s);
  EXPECT_EQ(world->call("DELETE", task).status, 200);
  const auto runs = world->runs_of(task);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0]["state"], "finished");
}

TEST_F(Cancel, HoldsAlsoWhileTheRunIsBeingPrepared) {
  for (const std::string test : {"exclusive", "background"}) {
    world->plugins.holds_participant_data = true;
    const auto task = world->post_task(test, 10);
    EXPECT_EQ(world->call("DELETE", task).status, 200);
    world->plugins.let_participant_data_go();
    world->advance(1min);
    EXPECT_EQ(world->detail_of(task)["enabled"], false);
    EXPECT_EQ(world->get(task + "/runs").json(), Json::array());
    EXPECT_TRUE(world->plugins.calls.empty());
    EXPECT_EQ(world->book.size(), 0U);
  }
  EXPECT_NE(world->run_of(world->post_task("exclusive", 10))["state"], "nonstart");
}

TEST_F(Cancel, HoldsAlsoWhileTheRunIsBeingStored) {
  world->plugins.holds_participant_data = true;
  const auto task = world->post_task("exclusive", 10, {{"start", "PT1M"}});
  world->store.hold();
  world->plugins.let_participant_data_go();
  world->settle();
  ASSERT_EQ(world->store.held(), 1);
  const auto pending = world->begin("DELETE", task);
  world->store.release();
  world->advance(5min);
  ASSERT_TRUE(pending->answer);
  EXPECT_TRUE(world->plugins.calls.empty());
  EXPECT_EQ(world->detail_of(task)["enabled"], false);
  EXPECT_EQ(world->get(task + "/runs").json(), Json::array());
}

TEST_F(Cancel, OfATaskFarAwayLeavesNothingToWaitFor) {
  const auto task = world->post_task("background", 10, {{"start", "2030-01-02T18:00:00Z"}});
  EXPECT_LT(world->clock.next_alarm(), at(6h));
  world->call("DELETE", task);
  EXPECT_GT(world->clock.next_alarm(), at(7h)) << "only its removal is left to wait for";
  EXPECT_EQ(world->book.size(), 0U);
}

TEST_F(Cancel, IsDoneToItsEndWhenTheClientGoesAway) {
  const auto task = world->post_task("exclusive", 600);
  world->advance(5s);
  world->store.hold();
  const auto pending = world->begin("DELETE", task);
  world->give_up(*pending);
  EXPECT_TRUE(pending->cancelled);
  world->store.release();
  world->advance(1s);
  EXPECT_EQ(world->run_of(task)["state"], "canceled");
  EXPECT_EQ(world->plugins.running, 0);
}

TEST_F(Cancel, OfARunThatNeverGotItsProcessLeavesNoToolBehind) {
  world->plugins.preparation = 10s;
  const auto task = world->post_task("background", 60, {{"start", "PT1M"}});
  world->advance_to(at(50s) - services::kCrowdLead - 20ms);
  ASSERT_EQ(world->run_of(task)["state"], "running") << "on its way: its process waits for its moment";
  ASSERT_TRUE(world->plugins.calls.empty());
  EXPECT_EQ(world->call("DELETE", task).status, 200);
  world->advance(5min);
  EXPECT_TRUE(world->plugins.calls.empty());
  EXPECT_EQ(world->run_of(task)["state"], "canceled");
}

TEST_F(Cancel, ARemovedRunOfARepeatingTaskIsFollowedByTheNext) {
  const auto task =
      world->post_task("background", 10, {{"start", "2030-01-02T12:10:00Z"}, {"repeat", "PT10M"}});
  const auto run = world->run_of(task);
  EXPECT_EQ(world->call("DELETE", path_of(run)).status, 200);
  EXPECT_EQ(world->get(path_of(run)).status, 404);
  const auto runs = world->runs_of(task);
  ASSERT_FALSE(runs.empty());
  EXPECT_EQ(runs[0]["start-time"], text_of(at(20min)));
  EXPECT_EQ(world->call("DELETE", path_of(run)).status, 404);
}

TEST_F(Cancel, ARemovedRunIsEndedFirst) {
  const auto task = world->post_task("exclusive", 600);
  world->advance(5s);
  const auto run = world->run_of(task);
  EXPECT_EQ(world->call("DELETE", path_of(run)).status, 200);
  EXPECT_EQ(world->plugins.running, 0);
  EXPECT_EQ(world->get(path_of(run)).status, 404);
  EXPECT_EQ(world->book.size(), 0U);
}

TEST_F(Cancel, ARunThatCouldNotBeRemovedRuns) {
  const auto task = world->post_task("exclusive", 10, {{"start", "PT1M"}});
  const auto run = world->run_of(task);
  world->store.refuses = [](const ports::Changes&) { return true; };
  EXPECT_EQ(world->call("DELETE", path_of(run)).status, 503);
  world->store.refuses = nullptr;
  EXPECT_EQ(world->run_of(world->post_task("exclusive", 10, {{"start", "PT1M"}}))["state"], "nonstart");
  world->advance(5min);
  EXPECT_EQ(world->run_of(task)["state"], "finished");
}

}  // namespace
}  // namespace pscheduler::test
