// Tasks of the class background-multi: one long run that streams results.

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

class Multi : public WorldTest {
 protected:
  Multi() {
    auto& script = world->plugins.scripts["multi-tool"];
    script.records = records();
  }
  static std::vector<std::pair<Duration, std::string>> records() {
    return {{3s, R"({"n":1,"_token":"x"})"}, {6s, R"({"n":2,"succeeded":false})"}, {9s, R"({"n":3})"}};
  }
};

TEST_F(Multi, EachStreamedResultBecomesAFinishedRunAtOnce) {
  const auto task = world->post_task("multi", 20, {{"start", "2030-01-02T12:00:10Z"}});
  EXPECT_EQ(world->detail_of(task)["multi-result"], true);
  world->advance_to(at(13s));
  auto runs = world->runs_of(task);
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0]["state"], "running");
  EXPECT_EQ(runs[1]["state"], "finished");
  EXPECT_EQ(runs[1]["start-time"], text_of(at(13s)));
  EXPECT_EQ(runs[1]["end-time"], text_of(at(13s)));
  EXPECT_EQ(runs[1]["duration"], "P0D");
  EXPECT_EQ(runs[1]["result-merged"], Json::parse(R"({"n":1,"_token":null})"));
  EXPECT_EQ(runs[1]["result"], nullptr);
  EXPECT_EQ(runs[1]["participant-data"], nullptr);
  EXPECT_EQ(runs[1]["priority"], 0);

  const auto href = runs[1]["href"].get<std::string>();
  const auto path = href.substr(href.find("/tasks/"));
  const auto waited = world->begin("GET", path + "?wait-merged&wait=20");
  EXPECT_TRUE(waited->answer) << "it has all it will ever have";
  EXPECT_EQ(world->get(path + "/result").json()["n"], 1);

  world->advance_to(at(40s));
  runs = world->runs_of(task);
  ASSERT_EQ(runs.size(), 4U);
  EXPECT_EQ(runs[2]["state"], "finished") << "whatever it says";
  const auto detail = world->detail_of(task);
  EXPECT_EQ(detail["runs"], 4);
  EXPECT_EQ(detail["runs-started"], 1);
  EXPECT_EQ(runs[0]["state"], "finished");
  EXPECT_EQ(runs[0]["result-merged"], nullptr);
  EXPECT_EQ(runs[0]["result-full"], nullptr);
  const auto container = runs[0]["href"].get<std::string>();
  EXPECT_EQ(world->get(container.substr(container.find("/tasks/")) + "/result").status, 404);
}

TEST_F(Multi, CancellingEndsTheLongRunAndKeepsItsResults) {
  const auto task = world->post_task("multi", 3600);
  world->advance_to(at(7s));
  EXPECT_EQ(world->call("DELETE", task).status, 200);
  EXPECT_EQ(world->plugins.running, 0);
  const auto runs = world->runs_of(task);
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0]["state"], "canceled");
  EXPECT_EQ(runs[1]["state"], "finished");
  EXPECT_EQ(world->book.size(), 0U);
}

TEST_F(Multi, ResultsThatFindNoRoomAreStoredLater) {
  world->store.refuses = [this](const ports::Changes& changes) {
    return world->clock.now() < at(20s) && world->clock.now() > at(2s) && !changes.new_runs.empty();
  };
  const auto task = world->post_task("multi", 60);
  world->advance_to(at(19s));
  EXPECT_EQ(world->runs_of(task).size(), 1U);
  world->advance_to(at(2min));
  const auto runs = world->runs_of(task);
  ASSERT_EQ(runs.size(), 4U);
  EXPECT_EQ(runs[1]["start-time"], text_of(at(3s))) << "when it was measured, not when it was stored";
  EXPECT_EQ(world->detail_of(task)["runs"], 4);
}

TEST_F(Multi, TheCountersHoldWhenTheStartIsStoredLate) {
  world->store.refuses = [this](const ports::Changes& changes) {
    return world->clock.now() < at(8s) && brings_to(changes, RunState::running);
  };
  const auto task = world->post_task("multi", 60);
  world->advance_to(at(2min));
  EXPECT_EQ(world->detail_of(task)["runs"], 4);
  EXPECT_EQ(world->detail_of(task)["runs-started"], 1);
}

TEST_F(Multi, GoesOnAfterARestart) {
  const auto task = world->post_task("multi", 60);
  world->advance_to(at(7s));
  ToolScript script;
  script.records = {{2s, R"({"n":10})"}};
  restart_at(at(30s), {{"multi-tool", script}});
  world->advance_to(at(33s));
  auto runs = world->runs_of(task);
  ASSERT_EQ(runs.size(), 4U);
  EXPECT_EQ(runs[0]["state"], "running");
  EXPECT_EQ(runs[3]["result-merged"]["n"], 10);
  world->advance_to(at(2min));
  runs = world->runs_of(task);
  EXPECT_EQ(runs[0]["state"], "finished");
  EXPECT_EQ(runs[0]["end-time"], text_of(at(59s))) << "the slot is the same";
  EXPECT_EQ(world->detail_of(task)["runs-started"], 1);
}

TEST_F(Multi, IsEndedAtOnceWhenTheNodeStopsAndGoesOnLater) {
  const auto task = world->post_task("multi", 3600);
  world->advance_to(at(4s));
  world->stop();
  EXPECT_LT(world->clock.now(), at(5s)) << "it would not have ended by itself";
  EXPECT_EQ(world->plugins.running, 0);
  start({.start = at(60s)});
  world->advance(1s);
  EXPECT_EQ(world->run_of(task)["state"], "running");
  EXPECT_EQ(world->plugins.running, 1);
}

TEST_F(Multi, AToolThatDiesEarlyIsStartedAgainLaterAndLater) {
  auto& script = world->plugins.scripts["multi-tool"];
  script.ends_after = 0s;
  script.records.clear();
  script.outcome.status = 1;
  const auto task = world->post_task("multi", 3600);
  world->advance_to(at(10s));
  const auto starts = [&] {
    return std::count_if(world->plugins.calls.begin(), world->plugins.calls.end(),
                         [](const ToolCall& call) { return call.what == "start"; });
  };
  EXPECT_EQ(starts(), 4) << "at 0, 1, 3 and 7 s";
  EXPECT_EQ(world->run_of(task)["state"], "running");
  world->advance_to(at(30min));
  EXPECT_LT(starts(), 40);
  world->advance_to(at(61min));
  EXPECT_EQ(world->run_of(task)["state"], "finished");
}

TEST_F(Multi, AToolIsNotStartedAgainAfterItsSlot) {
  auto& script = world->plugins.scripts["multi-tool"];
  script.ends_after = 10s;
  script.records.clear();
  script.outcome.status = 1;
  const auto task = world->post_task("multi", 60);
  world->advance_to(at(5s));
  world->store.hold();
  world->advance_to(at(70s));
  world->store.release();
  world->advance(1s);
  EXPECT_EQ(world->run_of(task)["state"], "finished");
  EXPECT_EQ(world->plugins.calls.size(), 2U) << "one start and one end";
}

TEST_F(Multi, AToolThatEndsAsItShouldIsNotStartedAgain) {
  world->plugins.scripts["multi-tool"].ends_after = 10s;
  const auto task = world->post_task("multi", 3600);
  world->advance_to(at(1min));
  EXPECT_EQ(world->run_of(task)["state"], "finished");
}

}  // namespace
}  // namespace pscheduler::test
