// What is removed when it is old, and what must never be.

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

using services::ArchiverReply;

constexpr Duration kKeep = 48h;

// Looks are up to this far apart: for what has an expiry of its own, and for what is kept for its age.
constexpr Duration kLooksApart = 15s;
constexpr Duration kLooksForAgeApart = 15min;

TaskId task_id(const std::string& path) {
  return *TaskId::parse(path.substr(path.rfind('/') + 1));
}

class Keeping : public WorldTest {
 protected:
  Keeping() { start({.keep = kKeep}); }

  void restart(Instant at) {
    world->crash();
    start({.start = at, .keep = kKeep});
  }
  std::string run_path(const std::string& task) {
    const auto href = world->run_of(task).at("href").get<std::string>();
    return href.substr(href.find("/tasks/"));
  }
  Json archived_by_shelf(const Json& more = Json::object()) {
    Json archive = {{"schema", 3}, {"archiver", "shelf"}, {"data", {{"good", true}}}};
    archive.update(more);
    return {{"schema", 5}, {"archives", Json::array({archive})}};
  }
  // Runs that were over long ago, as if they had been made then.
  void fill(const std::string& task, int count, Instant end, std::size_t result_bytes) {
    for (int i = 0; i < count; ++i) {
      ports::Changes changes;
      pscheduler::Run run;
      run.id = RunId(ports::new_uuid(world->random));
      run.task = task_id(task);
      run.times = {end - 1s, end};
      run.state = RunState::finished;
      changes.new_runs.push_back(run);
      changes.results.emplace_back(run.id, RunResults{std::string(result_bytes, 'x'), "", "", ""});
      ASSERT_TRUE(world->await(world->store.commit(std::move(changes))));
    }
  }
  int status(const std::string& path) { return world->get(path).status; }
};

struct End {
  std::string_view name;
  std::string test;
  ToolScript script;
  std::string state;
};

class KeepsTheEnded : public Keeping, public testing::WithParamInterface<End> {};

TEST_P(KeepsTheEnded, RunAndTaskForTheirTimeAndNotLonger) {
  const auto& c = GetParam();
  if (c.state == "nonstart") world->post_task("exclusive", 60);
  world->plugins.scripts[c.test + "-tool"] = c.script;
  const auto task = world->post_task(c.test, 10);
  world->advance_to(at(30s));
  const auto run = run_path(task);
  ASSERT_EQ(world->get(run).json()["state"], c.state);
  world->advance_to(at(kKeep));
  EXPECT_EQ(status(run), 200);
  EXPECT_EQ(status(task), 200);
  world->advance_to(at(kKeep + 30s + kLooksForAgeApart));
  EXPECT_EQ(status(run), 404);
  EXPECT_EQ(status(run + "/result"), 404);
  EXPECT_EQ(status(task), 404);
}

ToolScript failing() {
  ToolScript script;
  script.outcome.status = 1;
  return script;
}

INSTANTIATE_TEST_SUITE_P(Table, KeepsTheEnded,
                         testing::Values(End{"finished", "background", {}, "finished"},
                                         End{"failed", "normal", failing(), "failed"},
                                         End{"nonstart", "exclusive", {}, "nonstart"}),
                         CaseName());

TEST_F(Keeping, ATaskThatIsCanceledGoesThatLongAfterwards) {
  const auto task =
      world->post_task("background", 10, {{"start", "2030-02-01T00:00:00Z"}, {"repeat", "P1D"}});
  world->advance_to(at(5h));
  ASSERT_EQ(world->call("DELETE", task).status, 200);
  world->advance_to(at(5h + kKeep - 1s));
  EXPECT_EQ(world->detail_of(task)["enabled"], false);
  world->advance_to(at(5h + kKeep + kLooksForAgeApart));
  EXPECT_EQ(status(task), 404);
}

TEST_F(Keeping, AWeeklyTaskOutlivesItsRunsAndStaysOnItsGrid) {
  const auto task =
      world->post_task("background", 10, {{"start", "2030-01-02T12:01:00Z"}, {"repeat", "P7D"}});
  world->advance_to(at(49h));
  EXPECT_EQ(world->get(task + "/runs").json(), Json::array());
  EXPECT_EQ(status(task), 200);
  world->advance_to(at(24h * 6 + 1h));
  EXPECT_EQ(world->run_of(task)["start-time"], "2030-01-09T12:01:00+00:00");
  world->advance_to(at(24h * 7 + 5min));
  EXPECT_EQ(world->run_of(task)["state"], "finished");
}

TEST_F(Keeping, AMonthlyTaskOutlivesItsRuns) {
  const auto task = world->post_task("background", 10, {{"schema", 2}, {"repeat-cron", "0 0 1 * *"}});
  const Duration first_of_february = 24h * 29 + 12h;
  world->advance_to(at(first_of_february + 1min));
  EXPECT_EQ(world->run_of(task)["state"], "finished");
  world->advance_to(at(first_of_february + 24h * 4));
  EXPECT_EQ(status(task), 200);
  EXPECT_EQ(world->get(task + "/runs").json(), Json::array());
  world->advance_to(at(first_of_february + 24h * 28 - 12h));
  const auto run = world->run_of(task);
  EXPECT_EQ(run["state"], "pending");
  EXPECT_EQ(run["start-time"], "2030-03-01T00:00:00+00:00");
}

TEST_F(Keeping, RunsThatWereRemovedStillCount) {
  const auto task = world->post_task("background", 10,
                                     {{"start", "2030-01-02T12:01:00Z"}, {"repeat", "P7D"}, {"max-runs", 2}});
  world->advance_to(at(24h * 15));
  EXPECT_EQ(status(task), 404) << "it has had its two runs, and no third";
  std::size_t runs = 0;
  for (const auto& call : world->plugins.calls) runs += call.what == "start" ? 1 : 0;
  EXPECT_EQ(runs, 2u);
}

struct Led {
  std::string_view name;
  Json schedule;
  bool goes;
};

class LedElsewhere : public Keeping, public testing::WithParamInterface<Led> {};

TEST_P(LedElsewhere, ATaskGoesOnlyWhenNoRunCanCome) {
  const std::string task = "/tasks/0b9a0a4e-7c55-4d8b-9a2f-3f1f5b1c2d3e";
  const Json document = {{"schema", 1},
                         {"test", {{"type", "normal"}, {"spec", {{"seconds", 10}}}}},
                         {"tool", "normal-tool"},
                         {"schedule", GetParam().schedule},
                         {"participants", {"lead.example", "node.example"}}};
  ASSERT_EQ(world->call("POST", task + "?participant=1", document.dump()).status, 200);
  const auto run = world->call("PUT", task + "/runs/7d100000-0000-4000-8000-000000000001",
                               Json{{"start-time", text_of(at(1min))}}.dump());
  ASSERT_EQ(run.status, 200) << run.body;
  world->advance_to(at(20 * 24h));
  EXPECT_EQ(status(task), GetParam().goes ? 404 : 200);
}

INSTANTIATE_TEST_SUITE_P(
    Table, LedElsewhere,
    testing::Values(Led{"one shot", Json::object(), true}, Led{"for ever", {{"repeat", "P30D"}}, false},
                    Led{"by cron", {{"schema", 2}, {"repeat-cron", "0 0 1 * *"}}, false},
                    Led{"all runs had", {{"repeat", "P30D"}, {"max-runs", 1}}, true},
                    Led{"runs to come", {{"repeat", "P30D"}, {"max-runs", 2}}, false},
                    Led{"until long past", {{"repeat", "P1D"}, {"until", "2030-01-04T00:00:00Z"}}, true},
                    Led{"until to come", {{"repeat", "P1D"}, {"until", "2030-03-01T00:00:00Z"}}, false}),
    CaseName());

TEST_F(Keeping, ARunGoesWhenItsOwnTimeHasComeAfterArchiving) {
  auto more = archived_by_shelf();
  more["keep-after-archive"] = "PT1H";
  const auto task = world->post_task("background", 10, Json::object(), more);
  world->advance_to(at(30s));
  const auto run = run_path(task);
  world->advance_to(at(59min));
  EXPECT_EQ(status(run), 200);
  world->advance_to(at(1h + 30s + kLooksApart));
  EXPECT_EQ(status(run), 404);
  EXPECT_EQ(status(task), 200) << "it is kept as long as others are";
  world->advance_to(at(kKeep + 1min + kLooksForAgeApart));
  EXPECT_EQ(status(task), 404);
}

ArchiverReply later(Duration length, const std::string& text) {
  ArchiverReply reply;
  reply.retry = length;
  reply.document = std::make_shared<const Json>(Json{{"succeeded", false}, {"retry", text}});
  return reply;
}

struct Patience {
  std::string_view name;
  Json ttl;
  Duration gone;  // after the end
};

class WhileItIsArchived : public Keeping, public testing::WithParamInterface<Patience> {};

TEST_P(WhileItIsArchived, ARunStaysWithinBounds) {
  world->plugins.on_archive = [](const ArchiverCall&) -> Result<ArchiverReply> { return later(6h, "PT6H"); };
  const auto task = world->post_task("background", 10, Json::object(), archived_by_shelf(GetParam().ttl));
  world->advance_to(at(30s));
  const auto run = run_path(task);
  world->advance_to(at(GetParam().gone - 1min));
  EXPECT_EQ(status(run), 200);
  world->advance_to(at(GetParam().gone + 10min + kLooksForAgeApart));
  EXPECT_EQ(status(run), 404);
  EXPECT_EQ(status(task), 404);
}

INSTANTIATE_TEST_SUITE_P(Table, WhileItIsArchived,
                         testing::Values(Patience{"short ttl", {{"ttl", "PT1H"}}, kKeep},
                                         Patience{"long ttl", {{"ttl", "P3D"}}, 72h},
                                         Patience{"no ttl", Json::object(), 2 * kKeep}),
                         CaseName());

TEST_F(Keeping, ARunThatIsArchivedAtLastGoesSoonAfterwards) {
  world->plugins.on_archive = [this](const ArchiverCall&) -> Result<ArchiverReply> {
    if (world->clock.now() < at(50h)) return later(6h, "PT6H");
    ArchiverReply reply;
    reply.succeeded = true;
    reply.document = std::make_shared<const Json>(Json{{"succeeded", true}});
    return reply;
  };
  const auto task = world->post_task("background", 10, Json::object(), archived_by_shelf());
  world->advance_to(at(54h - 1min));
  EXPECT_EQ(status(task + "/runs/first?wait=0"), 200);
  world->advance_to(at(54h + 10min + kLooksForAgeApart));
  EXPECT_EQ(status(task), 404);
}

TEST_F(Keeping, WhatGrewOldWhileTheNodeWasOffGoesAtTheStart) {
  const auto task = world->post_task("background", 10);
  world->advance_to(at(30s));
  const auto live =
      world->post_task("background", 10, {{"start", "2030-01-02T13:00:00Z"}, {"repeat", "P7D"}});
  restart(at(100h));
  world->advance(1s);
  EXPECT_EQ(status(task), 404);
  EXPECT_EQ(status(live), 200);
}

TEST_F(Keeping, AShorterTimeHoldsAtOnce) {
  const auto task = world->post_task("background", 10);
  world->advance_to(at(3h));
  ASSERT_EQ(status(task), 200);
  world->housekeeping.set_keep(1h);
  world->advance(kLooksApart);
  EXPECT_EQ(status(task), 404);
}

TEST_F(Keeping, GoesInSmallStepsWithPauses) {
  const auto task =
      world->post_task("background", 10, {{"start", "2030-02-01T00:00:00Z"}, {"repeat", "P1D"}});
  fill(task, 200, at(-47h), 10);
  fill(task, 10, at(-47h), 400'000);
  restart(at(0s));
  std::vector<std::pair<Instant, std::size_t>> steps;
  world->store.refuses = [&](const ports::Changes& changes) {
    if (!changes.removed_runs.empty()) steps.emplace_back(world->clock.now(), changes.removed_runs.size());
    return false;
  };
  world->advance_to(at(2h));
  EXPECT_EQ(world->get(task + "/runs").json(), Json::array());
  std::size_t removed = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    removed += steps[i].second;
    EXPECT_LE(steps[i].second, 64u);
    if (i == 0) continue;
    EXPECT_GT(steps[i].first, steps[i - 1].first) << "others come in between";
  }
  EXPECT_EQ(removed, 210u);
  EXPECT_GE(steps.size(), 6u) << "large results make for smaller steps";
}

TEST_F(Keeping, WhatGrowsOldOneByOneGoesTogether) {
  world->post_task("background", 10, {{"repeat", "PT1M"}});
  world->advance_to(at(kKeep + 10min));
  int commits = 0;
  std::size_t removed = 0;
  world->store.refuses = [&](const ports::Changes& changes) {
    commits += changes.removed_runs.empty() ? 0 : 1;
    removed += changes.removed_runs.size();
    return false;
  };
  world->advance(1h);
  EXPECT_GE(removed, 45u);
  EXPECT_LE(commits, 5);
}

TEST_F(Keeping, IsTriedAgainWhenTheStoreHasRoom) {
  const auto task = world->post_task("background", 10);
  world->advance_to(at(1h));
  world->store.refuses = [](const ports::Changes& changes) { return !changes.removed_runs.empty(); };
  world->advance_to(at(50h));
  EXPECT_EQ(status(task), 200);
  EXPECT_GE(world->log.count("HOUSEKEEPING_FAILED"), 1);
  world->store.refuses = nullptr;
  world->advance(2min);
  EXPECT_EQ(status(task), 404);
}

TEST_F(Keeping, NothingIsLookedForWhileNothingGrowsOld) {
  EXPECT_EQ(world->housekeeping.next_look(), at(kKeep));
  world->post_task("background", 10, {{"start", "2030-02-01T00:00:00Z"}});
  world->advance_to(at(24h));
  EXPECT_EQ(world->housekeeping.next_look(), at(kKeep));
}

}  // namespace
}  // namespace pscheduler::test
