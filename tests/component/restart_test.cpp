// What a node makes of the tasks and runs it finds in its store when it starts after power loss.

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

struct Restart {
  std::string name;
  std::string test;
  Duration lost;   // when the power goes; the run is planned for 12:01:00 and lasts 60 s
  Duration again;  // when the node is back
  std::string before;
  std::string after;   // at once
  std::string ends;    // when all is over
  std::string reason;  // of the last step, or part of it
};

class AfterPowerLoss : public WorldTest, public testing::WithParamInterface<Restart> {};

TEST_P(AfterPowerLoss, TheRunIsWhatItShouldBe) {
  const auto& c = GetParam();
  world->plugins.merge_takes = 5s;
  const auto task = world->post_task(c.test, 60, {{"start", "2030-01-02T12:01:00Z"}});
  if (c.before == "on-deck") {
    world->store.refuses = [](const ports::Changes& changes) {
      return brings_to(changes, RunState::running);
    };
  }
  world->advance_to(at(c.lost));
  ASSERT_EQ(world->run_of(task)["state"], c.before);
  restart_at(at(c.again));
  EXPECT_EQ(world->run_of(task)["state"], c.after);
  world->advance_to(at(1h));
  const auto run = world->run_of(task);
  EXPECT_EQ(run["state"], c.ends);
  EXPECT_THAT(world->history_of(run).back().reason, testing::HasSubstr(c.reason));
  EXPECT_EQ(world->runs_of(task).size(), 1U);
  EXPECT_EQ(world->detail_of(task)["runs"], 1);
  EXPECT_EQ(world->book.size(), 0U);
  EXPECT_EQ(world->runner.active(), 0U);
  if (c.ends == "failed") {
    EXPECT_EQ(world->history_of(run).back().actor, "restart");
    EXPECT_FALSE(run["errors"].is_null());
    EXPECT_EQ(run["result-merged"].is_null(), c.test == "multi");
  }
}

constexpr auto kNotRunning = "the daemon was not running";
constexpr auto kInterrupted = "interrupted";

INSTANTIATE_TEST_SUITE_P(
    Table, AfterPowerLoss,
    testing::Values(
        Restart{"background ahead", "background", 10s, 20s, "pending", "pending", "finished", ""},
        Restart{"normal ahead", "normal", 10s, 20s, "pending", "pending", "finished", ""},
        Restart{"exclusive ahead", "exclusive", 10s, 20s, "pending", "pending", "finished", ""},
        Restart{"multi ahead", "multi", 10s, 20s, "pending", "pending", "finished", ""},
        Restart{"background a little late", "background", 10s, 80s, "pending", "running", "finished", ""},
        Restart{"normal a little late", "normal", 10s, 80s, "pending", "missed", "missed", kNotRunning},
        Restart{"exclusive a little late", "exclusive", 10s, 80s, "pending", "missed", "missed", kNotRunning},
        Restart{"multi a little late", "multi", 10s, 80s, "pending", "running", "finished", ""},
        Restart{"background too late", "background", 10s, 90s, "pending", "missed", "missed", kNotRunning},
        Restart{"multi late in its slot", "multi", 10s, 110s, "pending", "running", "finished", ""},
        Restart{"multi too late", "multi", 10s, 120s, "pending", "missed", "missed", kNotRunning},
        Restart{"background on deck", "background", 61s, 62s, "on-deck", "failed", "failed", kInterrupted},
        Restart{"exclusive on deck", "exclusive", 61s, 62s, "on-deck", "failed", "failed", kInterrupted},
        Restart{"background running", "background", 70s, 75s, "running", "failed", "failed", kInterrupted},
        Restart{"normal running", "normal", 70s, 75s, "running", "failed", "failed", kInterrupted},
        Restart{"exclusive running", "exclusive", 70s, 75s, "running", "failed", "failed", kInterrupted},
        Restart{"multi running", "multi", 70s, 75s, "running", "running", "finished", ""},
        Restart{"multi running over meanwhile", "multi", 70s, 200s, "running", "failed", "failed",
                kInterrupted},
        Restart{"background in cleanup", "background", 120s, 125s, "cleanup", "finished", "finished",
                "Measured"},
        Restart{"exclusive in cleanup long after", "exclusive", 120s, 30min, "cleanup", "finished",
                "finished", "Measured"},
        Restart{"ended", "background", 130s, 140s, "finished", "finished", "finished", "Measured"}),
    CaseName());

class Restarts : public WorldTest {};

TEST_F(Restarts, AMeasuredRunKeepsItsResult) {
  world->plugins.merge_takes = 5s;
  const auto task = world->post_task("background", 10);
  world->advance_to(at(10s));
  ASSERT_EQ(world->run_of(task)["state"], "cleanup");
  restart_at(at(30s));
  world->advance(1s);
  const auto run = world->run_of(task);
  EXPECT_EQ(run["state"], "finished");
  EXPECT_EQ(run["result-full"], Json::array({run["result"]}));
  EXPECT_EQ(run["result"]["tool"], "background-tool");
  EXPECT_TRUE(world->plugins.calls.empty()) << "it is not measured again";
}

TEST_F(Restarts, ATimeThatWasTakenIsStillTaken) {
  world->post_task("exclusive", 60, {{"start", "2030-01-02T12:10:00Z"}});
  restart_at(at(1min));
  const auto run = world->run_of(world->post_task("exclusive", 10, {{"start", "2030-01-02T12:10:30Z"}}));
  EXPECT_EQ(run["state"], "nonstart");
}

TEST_F(Restarts, ARepeatingTaskGoesOnOnItsGrid) {
  const auto task =
      world->post_task("background", 10, {{"start", "2030-01-02T12:01:00Z"}, {"repeat", "PT1M"}});
  world->advance_to(at(65s));
  restart_at(at(10min + 20s));
  world->advance_to(at(12min + 30s));
  std::vector<std::string> shown;
  for (const auto& run : world->runs_of(task)) {
    if (run["start-time"] > text_of(at(13min))) break;
    shown.push_back(run["start-time"].get<std::string>().substr(11, 8) + " " +
                    run["state"].get<std::string>());
  }
  EXPECT_THAT(shown,
              testing::ElementsAre("12:01:00 failed", "12:02:00 missed", "12:03:00 missed", "12:04:00 missed",
                                   "12:05:00 missed", "12:06:00 missed", "12:07:00 missed", "12:08:00 missed",
                                   "12:09:00 missed", "12:10:20 finished", "12:11:00 finished",
                                   "12:12:00 finished", "12:13:00 pending"));
}

class SameSchedule : public WorldTest {
 protected:
  // A day on which exclusive tasks find hardly any room, some of them none for hours.
  void fill() {
    world->post_task("exclusive", 16 * 3600, {{"start", "PT2H"}});
    for (const auto* repeat : {"PT1M", "PT7M", "PT1H"}) {
      const Json schedule = {{"start", "PT30S"}, {"repeat", repeat}};
      tasks.push_back(world->post_task("exclusive", 20, schedule));
      tasks.push_back(
          world->post_task("normal", 5, {{"start", "PT40S"}, {"repeat", repeat}, {"slip", "PT3M"}}));
      tasks.push_back(world->post_task("background", 5, schedule));
    }
  }
  std::vector<std::string> schedule() {
    std::vector<std::string> all;
    for (const auto& task : tasks) {
      for (const auto& run : world->runs_of(task)) {
        all.push_back(run["href"].get<std::string>() + " " + run["start-time"].get<std::string>() + " " +
                      run["state"].get<std::string>());
      }
    }
    return all;
  }
  std::size_t nonstarts(const std::string& task) {
    std::size_t count = 0;
    for (const auto& run : world->runs_of(task)) count += run["state"] == "nonstart" ? 1 : 0;
    return count;
  }

  std::vector<std::string> tasks;
};

TEST_F(SameSchedule, TasksThatRestFromFindingNoRoomGoOnResting) {
  fill();
  const auto before = schedule();
  ASSERT_GE(nonstarts(tasks.front()), 10U);
  ASSERT_LT(nonstarts(tasks.front()), 100U) << "it rests, though 960 more of its runs would find no room";
  restart_at(at(1s));
  EXPECT_EQ(schedule(), before);
}

TEST_F(SameSchedule, AsWithoutARestart) {
  Folder undisturbed;
  fill();
  restart_at(at(2s));
  world->advance_to(at(10s));
  world->crash();
  start({.start = at(10s)});
  world->advance_to(at(4h));
  std::vector<std::size_t> with;
  for (const auto& task : tasks) with.push_back(world->runs_of(task).size());
  world = std::make_unique<World>(undisturbed.path());
  tasks.clear();
  fill();
  world->advance_to(at(4h));
  std::vector<std::size_t> without;
  for (const auto& task : tasks) without.push_back(world->runs_of(task).size());
  EXPECT_EQ(with, without);
}

TEST_F(Restarts, TimeOfARunThatEndedWithThePowerGoesToWhomHadNone) {
  const auto lost = world->post_task("exclusive", 600);
  const auto waits = world->post_task("exclusive", 10, {{"start", "PT2M"}, {"slip", "PT2M"}});
  ASSERT_EQ(world->run_of(waits)["state"], "nonstart");
  world->advance_to(at(1min));
  restart_at(at(70s));
  EXPECT_EQ(world->run_of(lost)["state"], "failed");
  ASSERT_EQ(world->runs_of(waits).size(), 2U);
  world->advance_to(at(5min));
  EXPECT_EQ(world->runs_of(waits).back()["state"], "finished");
}

class OtherHorizon : public WorldTest {
 protected:
  std::size_t count(const std::string& task) { return world->runs_of(task).size(); }
};

TEST_F(OtherHorizon, ThatIsLongerIsFilledAtTheStart) {
  start({.horizon = 1h});
  const auto task = world->post_task("background", 10, {{"start", "PT5M"}, {"repeat", "PT10M"}});
  ASSERT_EQ(count(task), 6U);
  world->crash();
  start({.start = at(1s), .horizon = 3h});
  EXPECT_EQ(count(task), 18U);
  EXPECT_EQ(world->get("/schedule-horizon").json(), "PT3H");
}

TEST_F(OtherHorizon, ThatIsShorterKeepsWhatIsScheduledAndAddsNothingBeyond) {
  start({.horizon = 3h});
  const auto task = world->post_task("background", 10, {{"start", "PT5M"}, {"repeat", "PT10M"}});
  ASSERT_EQ(count(task), 18U);
  world->crash();
  start({.start = at(1s), .horizon = 1h});
  world->advance_to(at(2h));
  EXPECT_EQ(count(task), 18U);
  world->advance_to(at(2h + 5min));
  EXPECT_EQ(count(task), 19U) << "the next is an hour away now";
  EXPECT_EQ(world->runs_of(task)[12]["state"], "running") << "what was scheduled has its time";
}

TEST_F(Restarts, ATaskBeyondTheHorizonIsPlannedLater) {
  const auto task = world->post_task("background", 10, {{"start", "2030-01-05T12:00:00Z"}});
  restart_at(at(1h));
  EXPECT_EQ(world->get(task + "/runs").json(), Json::array());
  world->advance_to(at(73h));
  EXPECT_EQ(world->run_of(task)["state"], "finished");
}

TEST_F(Restarts, AnAcceptedTaskThatWasNotPlannedYetIsPlanned) {
  world->plugins.holds_participant_data = true;
  const auto task = world->post_task("background", 10);
  restart_at(at(5s));
  world->advance_to(at(1min));
  EXPECT_EQ(world->run_of(task)["state"], "finished");
}

TEST_F(Restarts, ACanceledTaskStaysCanceled) {
  const auto repeating = world->post_task("background", 10, {{"start", "PT1M"}, {"repeat", "PT1M"}});
  world->call("DELETE", repeating);
  restart_at(at(30s));
  world->advance(10min);
  EXPECT_EQ(world->get(repeating + "/runs").json(), Json::array());
  EXPECT_EQ(world->detail_of(repeating)["enabled"], false);
}

TEST_F(Restarts, ARunThatACancellationHadNotReachedIsCanceled) {
  const auto task = world->post_task("background", 600);
  world->advance_to(at(5s));
  // The task's cancellation is durable, the end of its run is not.
  world->store.refuses = [](const ports::Changes& changes) { return brings_to(changes, RunState::canceled); };
  const auto pending = world->begin("DELETE", task);
  restart_at(at(1min));
  EXPECT_EQ(world->run_of(task)["state"], "canceled");
}

class Stop : public WorldTest {};

TEST_F(Stop, LetsToolsEndThatSoonDo) {
  const auto soon = world->post_task("background", 8);
  const auto late = world->post_task("background", 60);
  const auto waiting = world->post_task("background", 10, {{"start", "PT1M"}});
  world->advance_to(at(5s));
  world->stop();
  EXPECT_LE(world->clock.now(), at(11s));
  EXPECT_EQ(world->plugins.running, 0);
  EXPECT_EQ(world->run_of(soon)["state"], "finished");
  const auto run = world->run_of(late);
  EXPECT_EQ(run["state"], "failed");
  EXPECT_THAT(run["errors"].get<std::string>(), testing::HasSubstr("daemon was stopped"));
  EXPECT_EQ(run["result-merged"]["succeeded"], false);
  EXPECT_EQ(world->history_of(run).back().actor, "daemon");
  EXPECT_EQ(world->run_of(waiting)["state"], "pending");
  world->advance_to(at(5min));
  EXPECT_EQ(world->run_of(waiting)["state"], "pending") << "nothing is started any more";
  start({.start = at(50s)});
  world->advance_to(at(5min));
  EXPECT_EQ(world->run_of(waiting)["state"], "finished");
}

TEST_F(Stop, ATaskAcceptedAfterwardsRunsAtTheNextStart) {
  world->stop();
  const auto task = world->post_task("background", 10);
  world->advance(1min);
  EXPECT_EQ(world->get(task + "/runs").json(), Json::array());
  EXPECT_EQ(world->call("DELETE", task).status, 503);
  start({.start = at(2min)});
  world->advance(1min);
  EXPECT_EQ(world->run_of(task)["state"], "finished");
}

TEST_F(Stop, LeavesWhatIsBeingMergedToTheNextStart) {
  world->plugins.merge_takes = 1h;
  const auto task = world->post_task("background", 10);
  world->advance_to(at(10s));
  world->stop();
  EXPECT_LT(world->clock.now(), at(30s));
  EXPECT_EQ(world->run_of(task)["state"], "cleanup");
  start({.start = at(1min)});
  world->advance(1s);
  EXPECT_EQ(world->run_of(task)["state"], "finished");
}

}  // namespace
}  // namespace pscheduler::test
