// The life of a run as its user sees it: every final state, with its reason (scheduling of one node).

#include <set>

#include "component/world.hpp"
#include "pscheduler/services/context_lead.hpp"

namespace pscheduler::test {
namespace {

using testing::HasSubstr;

class RunLife : public WorldTest {};

TEST_F(RunLife, GoesThroughItsStatesWithTimeReasonAndActor) {
  const auto task = world->post_task("background", 10);
  const auto planned = world->run_of(task);
  EXPECT_EQ(planned["start-time"], text_of(at(0s)));
  EXPECT_EQ(planned["end-time"], text_of(at(10s)));
  world->advance(1min);

  const auto run = world->run_of(task);
  EXPECT_EQ(run["state"], "finished");
  EXPECT_EQ(run["state-display"], "Finished");
  EXPECT_EQ(run["errors"], nullptr);
  EXPECT_EQ(run["result"], (Json{{"succeeded", true}, {"tool", "background-tool"}}));
  EXPECT_EQ(run["result-full"], Json::array({run["result"]}));
  EXPECT_EQ(run["result-merged"], (Json{{"succeeded", true}, {"of", run["result-full"]}}));
  EXPECT_EQ(run["participant-data-full"], Json::array({Json{{"for", 0}}}));
  EXPECT_EQ(run["end-time"], text_of(at(9s))) << "the end is cut to when it ended";
  EXPECT_EQ(run["duration"], "PT9S");

  const auto history = world->history_of(run);
  EXPECT_EQ(world->states_of(run), "pending, on-deck, running, cleanup, finished");
  ASSERT_EQ(history.size(), 5U);
  EXPECT_EQ(history[0].actor, "scheduler");
  for (std::size_t i = 1; i < history.size(); ++i) {
    EXPECT_EQ(history[i].from, history[i - 1].to);
    EXPECT_EQ(history[i].actor, "runner");
    EXPECT_FALSE(history[i].reason.empty());
  }
  EXPECT_EQ(history[2].at, at(0s));
  EXPECT_EQ(history[3].at, at(9s));
  const auto detail = world->detail_of(task);
  EXPECT_EQ(detail["runs"], 1);
  EXPECT_EQ(detail["runs-started"], 1);
  EXPECT_EQ(world->book.size(), 0U) << "nothing of the task is left to do";
}

TEST_F(RunLife, ATaskForLaterStartsItsToolAheadOfTheSecondAskedFor) {
  const auto task = world->post_task("background", 10, {{"start", "2030-01-02T12:05:00.7Z"}});
  EXPECT_EQ(world->run_of(task)["start-time"], text_of(at(5min)));
  world->advance_to(at(5min - 1s));
  EXPECT_EQ(world->run_of(task)["state"], "pending");
  EXPECT_TRUE(world->plugins.calls.empty());
  world->advance_to(at(5min));
  ASSERT_EQ(world->plugins.calls.size(), 1U);
  EXPECT_EQ(world->plugins.calls[0].at, at(5min) - world->plugins.preparation - services::kCrowdLead);
  EXPECT_EQ(world->run_of(task)["state"], "running");
}

TEST_F(RunLife, AToolInContextsIsStartedSoonerForEachOfThem) {
  const Json room = {{"context", "room"}, {"data", {{"good", true}}}};
  const Json contexts = {{"schema", 2}, {"contexts", {{"contexts", {{room, room}}}}}};
  world->post_task("background", 10, {{"start", "2030-01-02T12:05:00Z"}}, contexts);
  world->post_task("exclusive", 10, {{"start", "2030-01-02T12:00:00Z"}, {"slip", "PT1H"}}, contexts);
  world->advance_to(at(5min));
  const auto lead = world->plugins.preparation + 2 * services::kContextLead;
  std::map<std::string, Instant> started;
  std::map<std::string, Instant> due;
  for (const auto& call : world->plugins.calls) {
    if (call.what != "start") continue;
    started[call.tool] = call.at;
    due[call.tool] = call.times.start;
  }
  EXPECT_EQ(started["background-tool"], at(5min) - lead - services::kCrowdLead);
  EXPECT_EQ(due["exclusive-tool"], at(0s) + lead) << "it has no right to get ready before";
}

TEST_F(RunLife, AToolGetsTheSlotTheTestAndEveryParticipantsData) {
  world->post_task("background", 10);
  world->settle();
  ASSERT_EQ(world->plugins.calls.size(), 1U);
  EXPECT_EQ(world->plugins.calls[0].participant_data, R"([{"for":0}])");
}

struct Ending {
  std::string name;
  ToolScript script;
  std::function<Result<Json>(const Json&)> merge;
  std::string state;
  Duration ends;       // as shown
  std::string reason;  // in the last step of the history
  std::string merged;  // part of result-merged
};

ToolScript ending(int status, std::string errors, std::string failure = {}, std::string diags = {}) {
  ToolScript script;
  script.ends_after = 2s;
  script.outcome.status = status;
  script.outcome.errors = std::move(errors);
  script.outcome.failure = std::move(failure);
  script.outcome.diags = std::move(diags);
  return script;
}

ToolScript hanging() {
  ToolScript script;
  script.hangs = true;
  return script;
}

std::function<Result<Json>(const Json&)> merging(const std::string& json) {
  return [json](const Json&) { return Json::parse(json); };
}

class RunEnds : public WorldTest, public testing::WithParamInterface<Ending> {};

TEST_P(RunEnds, WithItsStateAndReason) {
  const auto& c = GetParam();
  world->plugins.scripts["background-tool"] = c.script;
  world->plugins.merge = c.merge;
  const auto task = world->post_task("background", 10);
  const auto run = world->get(task + "/runs/first?wait-merged&wait=60").json();
  EXPECT_EQ(run["state"], c.state);
  EXPECT_EQ(run["end-time"], text_of(at(c.ends)));
  EXPECT_THAT(world->history_of(run).back().reason, HasSubstr(c.reason));
  EXPECT_THAT(run["result-merged"].dump(), HasSubstr(c.merged));
  if (c.state == "failed") {
    EXPECT_THAT(run["errors"].dump(), HasSubstr(c.reason));
  }
  EXPECT_FALSE(run["result"].is_null());
  const auto result = world->get(
      task + "/runs/" + run["href"].get<std::string>().substr(run["href"].get<std::string>().rfind('/') + 1) +
      "/result");
  EXPECT_EQ(result.status, 200);
  EXPECT_EQ(result.json(), run["result-merged"]);
  EXPECT_EQ(world->runner.active(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RunEnds,
    testing::Values(
        Ending{"status 1", ending(1, "no route to host"), {}, "failed", 2s, "no route to host", "no route"},
        Ending{"status without text", ending(7, ""), {}, "failed", 2s, "status 7", "status 7"},
        Ending{"bad output",
               ending(0, "", "The tool printed no JSON.", "hello"),
               {},
               "failed",
               2s,
               "printed no JSON",
               "hello"},
        Ending{"deadline", hanging(), {}, "failed", 11s, "too long", "too long"},
        Ending{"merge breaks", ending(0, ""),
               [](const Json&) { return fail(Errc::plugin_failed, "merged-results broke.", "trace"); },
               "failed", 2s, "merged-results broke", "trace"},
        Ending{"merged null", ending(0, ""), merging("null"), "failed", 2s, "nothing usable",
               "nothing usable"},
        Ending{"merged array", ending(0, ""), merging("[1]"), "failed", 2s, "nothing usable", "[1]"},
        Ending{"merged says no", ending(0, ""), merging(R"({"succeeded":false,"error":"lossy"})"), "failed",
               2s, "lossy", "lossy"},
        Ending{"merged says nothing", ending(0, ""), merging(R"({"n":1})"), "failed", 2s, "without saying",
               R"({\"n\":1})"},
        Ending{"merged succeeded", ending(0, "a warning"), merging(R"({"succeeded":true,"n":1})"), "finished",
               2s, "Measured", "\"n\":1"}),
    CaseName());

TEST_F(RunLife, IsMissedWhenTooManyToolsRunAndSaysSo) {
  start({.parallel_max = 1});
  const auto first = world->post_task("background", 60);
  const auto second = world->post_task("background", 60);
  world->advance(29s);
  EXPECT_EQ(world->run_of(second)["state"], "pending");
  world->advance(2s);
  const auto run = world->run_of(second);
  EXPECT_EQ(run["state"], "missed");
  EXPECT_THAT(run["errors"].get<std::string>(), HasSubstr("1 tools were running"));
  EXPECT_EQ(world->history_of(run).back().at, at(30s));
  EXPECT_EQ(world->history_of(run).back().actor, "runner");
  EXPECT_EQ(world->run_of(first)["state"], "running");
  const auto href = run["href"].get<std::string>();
  const auto result = world->get(href.substr(href.find("/tasks/")) + "/result");
  EXPECT_EQ(result.status, 404);
  EXPECT_THAT(result.body, HasSubstr("1 tools were running"));
}

TEST_F(RunLife, IsMissedWhenTheStoreHasNoRoomForItUntilItsSlotIsOver) {
  const auto task = world->post_task("exclusive", 5, {{"start", "2030-01-02T12:00:10Z"}});
  world->store.hold(RunState::on_deck);
  world->advance_to(at(16s));
  world->store.release();
  world->advance(1s);
  EXPECT_EQ(world->run_of(task)["state"], "missed");
  EXPECT_EQ(world->run_of(task)["errors"], "Not started: the store was full or slow when the run was due.");
  EXPECT_TRUE(world->plugins.calls.empty());
}

TEST_F(RunLife, HasItsWholeTimeAlsoWhenTheStoreLetsItBeginLateAndNobodyMinds) {
  world->plugins.scripts["background-tool"].ends_after = 4s;
  const auto task = world->post_task("background", 5, {{"start", "2030-01-02T12:00:10Z"}});
  world->store.refuses = [this](const ports::Changes&) { return world->clock.now() < at(18s); };
  world->advance_to(at(24s));
  const auto run = world->run_of(task);
  EXPECT_EQ(run["state"], "finished");
  EXPECT_EQ(run["end-time"], "2030-01-02T12:00:23+00:00");
}

TEST_F(RunLife, HasItsWholeTimeAlsoWhenItWasStoredSlowlyAndNobodyMinds) {
  world->plugins.scripts["background-tool"].ends_after = 4s;
  const auto task = world->post_task("background", 5, {{"start", "2030-01-02T12:00:10Z"}});
  world->store.hold(RunState::on_deck);
  world->advance_to(at(18s));  // beyond its slot
  world->store.release();
  world->advance_to(at(24s));
  const auto run = world->run_of(task);
  EXPECT_EQ(run["state"], "finished");
  EXPECT_EQ(world->history_of(run).back().at, at(22s));
}

TEST_F(RunLife, WaitsForRoomAsLongAsItMayBeLateNow) {
  start({.parallel_max = 1});
  world->post_task("background", 100);
  const auto impatient = world->post_task("background", 10, {{"start", "PT10S"}});
  world->advance_to(at(20s));
  world->runner.set_straggle(60s);
  world->advance_to(at(65s));
  EXPECT_EQ(world->run_of(impatient)["state"], "pending") << "it has longer now";
  EXPECT_EQ(world->plugins.running, 1) << "and does not start without room";
  world->runner.set_straggle(5s);
  world->advance_to(at(66s));
  EXPECT_EQ(world->run_of(impatient)["state"], "missed");
}

TEST_F(RunLife, ThatWaitedForRoomHasItsWholeSlotThen) {
  start({.parallel_max = 2});
  std::vector<std::string> tasks;
  for (int i = 0; i < 6; ++i) tasks.push_back(world->post_task("background", 10));
  world->advance(1min);
  EXPECT_EQ(world->plugins.running_most, 2);
  std::multiset<std::string> starts;
  for (const auto& task : tasks) {
    const auto run = world->run_of(task);
    EXPECT_EQ(run["state"], "finished") << task;
    EXPECT_EQ(run["duration"], "PT9S") << task;
    starts.insert(run["start-time"]);
  }
  EXPECT_EQ(starts, (std::multiset<std::string>{text_of(at(0s)), text_of(at(0s)), text_of(at(9s)),
                                                text_of(at(9s)), text_of(at(18s)), text_of(at(18s))}));
}

TEST_F(RunLife, IsMissedWhenTheClockStepsOverItAndDoesNotBlameOthers) {
  const auto task = world->post_task("background", 10, {{"start", "PT1M"}});
  world->clock.step(10min);
  world->settle();
  const auto run = world->run_of(task);
  EXPECT_EQ(run["state"], "missed");
  EXPECT_THAT(run["errors"].get<std::string>(), testing::Not(HasSubstr("tools were running")));
}

TEST_F(RunLife, DoesNotDisturbOneThatIsStillAtWorkAfterTheClockWasSet) {
  world->plugins.scripts["exclusive-tool"].hangs = true;
  world->post_task("exclusive", 600);
  const auto task = world->post_task("exclusive", 10, {{"start", text_of(at(700s))}});
  world->advance(10s);
  world->clock.step(690s);
  world->advance(1min);
  EXPECT_EQ(world->plugins.running_most, 1);
  const auto run = world->run_of(task);
  EXPECT_EQ(run["state"], "missed");
  EXPECT_THAT(run["errors"].get<std::string>(), HasSubstr("had not ended"));
}

TEST_F(RunLife, WhoseParticipantDataCannotBeHadIsANonStarter) {
  world->plugins.prepare = [](int) { return fail(Errc::plugin_failed, "participant-data broke."); };
  const auto task = world->post_task("exclusive", 10);
  const auto run = world->run_of(task);
  EXPECT_EQ(run["state"], "nonstart");
  EXPECT_THAT(run["errors"].get<std::string>(), HasSubstr("participant-data broke"));
  EXPECT_EQ(run["participant-data"], nullptr);
  world->plugins.prepare = nullptr;
  EXPECT_NE(world->run_of(world->post_task("exclusive", 10))["state"], "nonstart") << "it occupies nothing";
}

}  // namespace
}  // namespace pscheduler::test
