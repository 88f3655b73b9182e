// Who gets the time when several want it: priorities, runs that give way, and attempts that are made again.

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

Json schedule_at(Duration start, const std::string& slip = "PT0S") {
  return {{"start", text_of(at(start))}, {"slip", slip}};
}

Json with_priority(int priority) {
  return {{"schema", 3}, {"priority", priority}};
}

class Priority : public WorldTest {
 protected:
  std::string start_of(const std::string& task) { return world->run_of(task)["start-time"]; }
  std::string state_of(const std::string& task) { return world->run_of(task)["state"]; }
  // Of the runs of a task, by start.
  std::vector<std::string> states(const std::string& task) {
    std::vector<std::string> all;
    for (const auto& run : world->runs_of(task)) {
      all.push_back(run["start-time"].get<std::string>().substr(14, 5) + " " +
                    run["state"].get<std::string>());
    }
    return all;
  }
};

TEST_F(Priority, ALaterOneSlipsBehindTheFirst) {
  world->post_task("exclusive", 25, schedule_at(60s));
  const auto b = world->post_task("exclusive", 10, schedule_at(60s, "PT5M"));
  EXPECT_EQ(start_of(b), text_of(at(85s)));
}

TEST_F(Priority, WithoutRoomInTheSlipThereIsANonStarterThatSaysWhy) {
  const auto a = world->post_task("exclusive", 25, schedule_at(60s));
  const auto b = world->post_task("exclusive", 10, schedule_at(60s, "PT20S"));
  const auto run = world->run_of(b);
  EXPECT_EQ(run["state"], "nonstart");
  EXPECT_EQ(run["start-time"], text_of(at(60s)));
  EXPECT_EQ(run["end-time"], text_of(at(70s)));
  const auto reason = run["errors"].get<std::string>();
  const auto other = world->run_of(a)["href"].get<std::string>();
  EXPECT_THAT(reason, testing::HasSubstr(other.substr(other.rfind('/') + 1)));
  EXPECT_THAT(reason, testing::HasSubstr("asked for by 127.0.0.1"));
  EXPECT_THAT(reason, testing::HasSubstr("to 2030-01-02T12:01:25Z"));
  EXPECT_EQ(world->detail_of(b)["runs"], 1);
  EXPECT_EQ(state_of(a), "pending");
}

TEST_F(Priority, FourForTheSameSecondRunBackToBack) {
  std::vector<std::string> tasks;
  for (int i = 0; i < 4; ++i) tasks.push_back(world->post_task("exclusive", 2, schedule_at(60s, "PT1M")));
  world->advance_to(at(2min));
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    EXPECT_EQ(start_of(tasks[i]), text_of(at(60s + std::chrono::seconds(2 * i))));
    EXPECT_EQ(state_of(tasks[i]), "finished");
  }
}

TEST_F(Priority, AHigherOneDisplacesOnlyWhenThereIsNoOtherWay) {
  const auto a = world->post_task("exclusive", 60, schedule_at(60s), with_priority(1));
  const auto b = world->post_task("exclusive", 10, schedule_at(60s, "PT5M"), with_priority(5));
  EXPECT_EQ(start_of(b), text_of(at(120s)));
  EXPECT_EQ(state_of(a), "pending");
}

TEST_F(Priority, ADisplacedRunSaysWhoTookItsTimeAndItsToolIsNotStarted) {
  const auto a = world->post_task("exclusive", 60, schedule_at(60s), with_priority(1));
  const auto b = world->post_task("exclusive", 10, schedule_at(60s), with_priority(5));
  EXPECT_EQ(start_of(b), text_of(at(60s)));
  const auto lost = world->run_of(a);
  EXPECT_EQ(lost["state"], "preempted");
  EXPECT_EQ(lost["result"]["succeeded"], false);
  const auto winner = world->run_of(b)["href"].get<std::string>();
  EXPECT_THAT(lost["errors"].get<std::string>(), testing::HasSubstr(winner.substr(winner.rfind('/') + 1)));
  EXPECT_EQ(world->states_of(lost), "pending, preempted");
  world->advance_to(at(5min));
  EXPECT_EQ(state_of(b), "finished");
  int started = 0;
  for (const auto& call : world->plugins.calls) started += call.what == "start" ? 1 : 0;
  EXPECT_EQ(started, 1);
}

TEST_F(Priority, ADisplacedRunIsPlannedAnewWithinItsSlip) {
  const auto a = world->post_task("exclusive", 30, schedule_at(60s, "PT5M"), with_priority(1));
  const auto b = world->post_task("exclusive", 10, schedule_at(60s), with_priority(5));
  EXPECT_EQ(start_of(b), text_of(at(60s)));
  EXPECT_THAT(states(a), testing::ElementsAre("01:00 preempted", "01:10 pending"));
  world->advance_to(at(5min));
  EXPECT_THAT(states(a), testing::ElementsAre("01:00 preempted", "01:10 finished"));
  EXPECT_EQ(world->detail_of(a)["runs"], 2);
}

TEST_F(Priority, PlanningAnewIsTheSameAttempt) {
  const auto a = world->post_task(
      "exclusive", 10, {{"start", text_of(at(60s))}, {"slip", "PT30S"}, {"repeat", "PT1M"}, {"max-runs", 2}},
      with_priority(1));
  world->post_task("exclusive", 10, schedule_at(60s), with_priority(5));
  world->advance_to(at(10min));
  EXPECT_THAT(states(a), testing::ElementsAre("01:00 preempted", "01:10 finished", "02:00 finished"));
}

TEST_F(Priority, EqualAndAbsentPrioritiesDisplaceNobody) {
  const auto a = world->post_task("exclusive", 60, schedule_at(60s));
  const auto b = world->post_task("exclusive", 10, schedule_at(60s), with_priority(0));
  EXPECT_EQ(state_of(a), "pending");
  EXPECT_EQ(state_of(b), "nonstart");
}

TEST_F(Priority, ARunThatIsBeingStartedGivesWayToNobody) {
  world->plugins.preparation = 3s;
  const auto a = world->post_task("exclusive", 60, schedule_at(60s), with_priority(1));
  world->advance_to(at(58s));
  const auto b = world->post_task("exclusive", 10, schedule_at(60s, "PT50S"), with_priority(9));
  EXPECT_EQ(state_of(b), "nonstart");
  world->advance_to(at(3min));
  EXPECT_EQ(state_of(a), "finished");
}

TEST_F(Priority, NormalRunsShareAndKeepExclusiveOnesAway) {
  world->post_task("normal", 60, schedule_at(60s));
  const auto b = world->post_task("normal", 10, schedule_at(60s));
  const auto x = world->post_task("exclusive", 20, schedule_at(60s, "PT5M"));
  EXPECT_EQ(start_of(b), text_of(at(60s)));
  EXPECT_EQ(start_of(x), text_of(at(120s)));
}

TEST_F(Priority, TimeGivenBackByACancellationGoesToWhomHadNone) {
  const auto a = world->post_task("exclusive", 600, schedule_at(60s));
  const auto b = world->post_task("exclusive", 10, schedule_at(120s, "PT1M"));
  EXPECT_THAT(states(b), testing::ElementsAre("02:00 nonstart"));
  EXPECT_EQ(world->call("DELETE", a).status, 200);
  world->settle();
  EXPECT_THAT(states(b), testing::ElementsAre("02:00 nonstart", "02:00 pending"));
  world->advance_to(at(5min));
  EXPECT_THAT(states(b), testing::ElementsAre("02:00 nonstart", "02:00 finished"));
}

TEST_F(Priority, TimeLeftByARunThatEndsEarlyIsUsed) {
  world->plugins.scripts["exclusive-tool"].ends_after = 5s;
  world->post_task("exclusive", 300, schedule_at(60s));
  const auto b = world->post_task("exclusive", 10, schedule_at(62s, "PT1M"));
  world->advance_to(at(2min));
  EXPECT_THAT(states(b), testing::ElementsAre("01:02 nonstart", "01:05 finished"));
}

TEST_F(Priority, AnOpenAttemptSurvivesARestart) {
  const auto a = world->post_task("exclusive", 600, schedule_at(60s));
  const auto b = world->post_task("exclusive", 10, schedule_at(120s, "PT1M"));
  restart_at(at(10s));
  EXPECT_EQ(world->call("DELETE", a).status, 200);
  world->advance_to(at(5min));
  EXPECT_THAT(states(b), testing::ElementsAre("02:00 nonstart", "02:00 finished"));
}

TEST_F(Priority, ACanceledTaskIsNotPlannedAnew) {
  const auto a = world->post_task("exclusive", 600, schedule_at(60s));
  const auto b = world->post_task("exclusive", 10, schedule_at(120s, "PT1M"));
  EXPECT_EQ(world->call("DELETE", b).status, 200);
  EXPECT_EQ(world->call("DELETE", a).status, 200);
  world->advance_to(at(5min));
  EXPECT_THAT(states(b), testing::ElementsAre("02:00 nonstart"));
}

TEST_F(Priority, NobodyLosesItsTimeToARunThatCouldNotBeStored) {
  const auto a = world->post_task("exclusive", 60, schedule_at(60s), with_priority(1));
  world->store.refuses = [](const ports::Changes& changes) { return !changes.new_runs.empty(); };
  world->post_task("exclusive", 10, schedule_at(60s), with_priority(5));
  world->advance_to(at(5min));
  EXPECT_EQ(state_of(a), "finished");
}

}  // namespace
}  // namespace pscheduler::test
