// What limits do to tasks and runs: who is refused, what is kept of it, and what becomes of things meanwhile.

#include "component/mesh.hpp"
#include "component/world.hpp"

namespace pscheduler::test {
namespace {

const Peer kStranger{.address = "203.0.113.5"};
const Peer kFriend{.address = "198.51.100.5"};

// Friends may do all, strangers only what the limits say.
Json file(const Json& limits) {
  Json names = Json::array();
  for (const auto& limit : limits) names.push_back(limit["name"]);
  return {{"schema", 4},
          {"identifiers",
           {{{"name", "all"}, {"description", ""}, {"type", "always"}, {"data", Json::object()}},
            {{"name", "friends"},
             {"description", ""},
             {"type", "ip-cidr-list"},
             {"data", {{"cidrs", {"198.51.100.0/24", "127.0.0.0/8"}}}}}}},
          {"classifiers",
           {{{"name", "all"}, {"description", ""}, {"identifiers", {"all"}}},
            {{"name", "friends"}, {"description", ""}, {"identifiers", {"friends"}}}}},
          {"limits", limits},
          {"applications",
           {{{"description", "Friends"}, {"classifier", "friends"}, {"apply", Json::array()}},
            {{"description", "Strangers"}, {"apply", {{{"require", "all"}, {"limits", names}}}}}}}};
}

const Json& only_background() {
  static const Json limits = {
      {{"name", "small"}, {"type", "test-type"}, {"data", {{"types", {"background"}}}}}};
  return limits;
}

// Runs that touch hour 13 are denied.
const Json& before_one() {
  static const Json limits = {{{"name", "morning"}, {"type", "run-schedule"}, {"data", {{"hour", {12}}}}}};
  return limits;
}

Json task_of(const std::string& test, int seconds, const Json& schedule = Json::object()) {
  return {
      {"schema", 3}, {"test", {{"type", test}, {"spec", {{"seconds", seconds}}}}}, {"schedule", schedule}};
}

class Limiting : public WorldTest {
 protected:
  Answer post(const Json& task, const Peer& peer = kStranger) {
    return world->call("POST", "/tasks", task.dump(), peer);
  }
  std::string path_of(const Answer& answer) {
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto url = answer.json().get<std::string>();
    return url.substr(url.find("/tasks/"));
  }
};

TEST_F(Limiting, WithoutAFileEverythingPassesAndSaysSo) {
  const auto path = path_of(post(task_of("normal", 10)));
  EXPECT_EQ(world->detail_of(path)["diags"], "There are no limits on this host");
  EXPECT_EQ(world->get("/limits?proposal={}", kStranger).json()["passed"], true);
  EXPECT_EQ(world->get("/status").json()["limits"], (Json{{"ok", true}}));
}

TEST_F(Limiting, ATaskThatIsDeniedIsForbiddenWithAllThatWasSaid) {
  world->limit(file(only_background()).dump());
  const auto denied = post(task_of("normal", 10));
  EXPECT_EQ(denied.status, 403);
  EXPECT_THAT(denied.type, testing::StartsWith("text/plain"));
  EXPECT_THAT(denied.body,
              testing::StartsWith("Task forbidden by limits:\nHints:\n  requester: 203.0.113.5\n"));
  EXPECT_THAT(denied.body, testing::HasSubstr("limit 'small' failed: Test type normal is not allowed"));
  EXPECT_EQ(world->get("/tasks").json(), Json::array());
  const auto accepted = path_of(post(task_of("background", 10)));
  const auto detail = world->detail_of(accepted);
  EXPECT_THAT(detail["diags"].get<std::string>(), testing::HasSubstr("Proposal is within limits"));
  EXPECT_EQ(detail["hints"]["requester"], kStranger.address);
  EXPECT_EQ(post(task_of("normal", 10), kFriend).status, 200);
  EXPECT_EQ(
      post(Json{{"test", {{"type", "none"}, {"spec", Json::object()}}}, {"schedule", Json::object()}}).status,
      400)
      << "what is wrong with a task comes first";
}

TEST_F(Limiting, AnswersWhatItWouldSay) {
  world->limit(file(before_one()).dump());
  const auto ask = [this](const Json& proposal) {
    std::string encoded;
    for (const char c : proposal.dump()) encoded += c == '+' ? "%2B" : std::string(1, c);
    return world->get("/limits?proposal=" + encoded, kStranger);
  };
  auto proposal = task_of("normal", 10);
  EXPECT_EQ(ask(proposal).json()["passed"], true);
  proposal["run_schedule"] = {{"start", "2030-01-02T12:59:59Z"}, {"duration", "PT10S"}};
  const auto denied = ask(proposal);
  EXPECT_EQ(denied.status, 200);
  EXPECT_EQ(denied.json()["passed"], false);
  EXPECT_THAT(denied.json()["diags"].get<std::string>(), testing::HasSubstr("'morning' failed"));
  EXPECT_EQ(world->get("/limits", kStranger).status, 400);
  EXPECT_EQ(world->get("/limits?proposal=5", kStranger).status, 400);
}

TEST_F(Limiting, WhileTheFileIsBadEverythingIsRefusedAndNothingLost) {
  world->limit(file(Json::array()).dump());
  const auto before =
      path_of(post(task_of("normal", 10, {{"start", text_of(at(1min))}, {"repeat", "PT1H"}})));
  world->limit(R"({"schema": 1})");
  EXPECT_EQ(world->log.count("LIMITS_REFUSED"), 1);
  const auto refused = post(task_of("background", 10));
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, testing::HasSubstr("Limit processor is not initialized"));
  EXPECT_THAT(refused.body, testing::HasSubstr("'identifiers' is missing"));
  EXPECT_EQ(world->get("/limits?proposal={}", kStranger).status, 422);
  const auto status = world->get("/status").json()["limits"];
  EXPECT_EQ(status["ok"], false);
  EXPECT_THAT(status["error"].get<std::string>(), testing::HasSubstr("identifiers"));
  world->advance_to(at(2min));
  EXPECT_EQ(world->run_of(before)["state"], "finished") << "it was planned before";
  world->advance_to(at(1h));
  const auto runs = world->runs_of(before).size();
  world->limit(file(Json::array()).dump());
  EXPECT_EQ(world->get("/status").json()["limits"]["ok"], true);
  world->advance_to(at(26h));
  EXPECT_GT(world->runs_of(before).size(), runs) << "planning goes on";
  for (const auto& run : world->runs_of(before)) EXPECT_NE(run["state"], "nonstart") << run;
  world->limit(std::nullopt);
  EXPECT_EQ(post(task_of("normal", 10)).status, 200);
  EXPECT_EQ(world->log.count("LIMITS_GONE"), 1);
}

TEST_F(Limiting, EachRunIsJudgedForItsTime) {
  world->limit(file(before_one()).dump());
  const auto path = path_of(
      post(task_of("normal", 10, {{"start", text_of(at(30min))}, {"repeat", "PT20M"}, {"max-runs", 4}})));
  world->advance(1s);
  const auto runs = world->runs_of(path);
  ASSERT_EQ(runs.size(), 4U);
  EXPECT_EQ(runs[0]["state"], "pending");
  EXPECT_THAT(runs[0]["limit-diags"].get<std::string>(), testing::HasSubstr("Proposal is within limits"));
  EXPECT_EQ(runs[1]["state"], "pending");
  EXPECT_EQ(runs[2]["state"], "nonstart");
  const auto diags = runs[2]["limit-diags"].get<std::string>();
  EXPECT_THAT(diags, testing::HasSubstr("The run is at hour 13; allowed is 12"));
  EXPECT_EQ(runs[2]["errors"], "Run forbidden by limits:\n" + diags);
  EXPECT_EQ(runs[2]["start-time"], text_of(at(70min)));
  EXPECT_EQ(world->history_of(runs[2]).front().reason, "Run forbidden by limits:\n" + diags);
  world->advance_to(at(3h));
  EXPECT_EQ(world->plugins.calls.size(), 4U) << "two runs started and ended";
}

TEST_F(Limiting, ADeniedRunTakesNoTimeFromOthers) {
  world->limit(file(before_one()).dump());
  const auto low = path_of(post(task_of("exclusive", 60, {{"start", text_of(at(90min))}}), kFriend));
  auto task = task_of("exclusive", 60, {{"start", text_of(at(90min))}});
  task["priority"] = 9;
  const auto high = path_of(post(task));
  world->advance(1s);
  EXPECT_EQ(world->run_of(high)["state"], "nonstart");
  EXPECT_EQ(world->run_of(low)["state"], "pending");
  world->advance_to(at(2h));
  EXPECT_EQ(world->run_of(low)["state"], "finished");
  EXPECT_EQ(world->run_of(high)["state"], "nonstart") << "room that becomes free does not change it";
}

TEST_F(Limiting, TheRulesGiveRunsTheirPriority) {
  auto limits = file(Json::array());
  limits["priority"] = {{"script", "the program"}};
  world->scripts.gives = [](const ports::Script&, const Json& input, const Json&) {
    Json output = input;
    const auto& classifiers = input["__PRIORITIZER_PRIVATE__"]["classifiers"];
    output["__PRIORITIZER_PRIVATE__"]["priority"] = classifiers.size() > 1 ? 7 : 1;
    return std::vector<Json>{output};
  };
  world->limit(limits.dump());
  const auto place = Json{{"start", text_of(at(10min))}};
  const auto by_friend = path_of(post(task_of("exclusive", 60, place), kFriend));
  auto pushing = task_of("exclusive", 60, place);
  pushing["priority"] = 99;
  const auto by_stranger = path_of(post(pushing));
  world->advance(1s);
  EXPECT_EQ(world->run_of(by_friend)["priority"], 7);
  EXPECT_EQ(world->run_of(by_friend)["state"], "pending") << "what is requested does not count";
  const auto refused = world->run_of(by_stranger);
  EXPECT_EQ(refused["state"], "nonstart");
  EXPECT_THAT(refused["errors"].get<std::string>(), testing::HasSubstr("There was no free time"));
}

// What the reference of the task says it is worth, but nothing from 12:20 on.
Result<std::vector<Json>> worth_until_then(const ports::Script&, const Json& input, const Json&) {
  Json output = input;
  const bool is_early = input["run_schedule"]["start"].get<std::string>() < text_of(at(20min));
  const auto given = input.value("reference", Json::object()).value("worth", 0);
  output["__PRIORITIZER_PRIVATE__"]["priority"] = is_early ? given : 0;
  return std::vector<Json>{output};
}

Json worth(int priority, const Json& schedule) {
  auto task = task_of("exclusive", 60, schedule);
  task["reference"] = {{"worth", priority}};
  return task;
}

TEST_F(Limiting, ThePriorityOfTheRulesDecidesWhoseTimeIsLookedFor) {
  auto limits = file(Json::array());
  limits["priority"] = {{"script", "the program"}};
  world->scripts.gives = worth_until_then;
  world->limit(limits.dump());
  const auto place = Json{{"start", text_of(at(10min))}};
  const auto low = path_of(post(worth(3, place)));
  const auto high = path_of(post(worth(7, place)));
  world->advance(1s);
  EXPECT_EQ(world->run_of(high)["state"], "pending") << "though it asks for no priority";
  EXPECT_EQ(world->run_of(high)["start-time"], text_of(at(10min)));
  EXPECT_EQ(world->run_of(low)["state"], "preempted");
  auto pushing = worth(5, {{"start", text_of(at(10min))}, {"slip", "PT5M"}});
  pushing["priority"] = 99;
  const auto slipped = path_of(post(pushing));
  world->advance(1s);
  EXPECT_EQ(world->run_of(slipped)["start-time"], text_of(at(11min))) << "behind what ranks above it";
  EXPECT_EQ(world->run_of(slipped)["priority"], 5);
}

TEST_F(Limiting, WhatTheRulesSayOfTheTimeThatIsFoundCounts) {
  auto limits = file(Json::array());
  limits["priority"] = {{"script", "the program"}};
  world->scripts.gives = worth_until_then;
  world->limit(limits.dump());
  path_of(post(worth(9, {{"start", text_of(at(19min))}})));
  const auto low = path_of(post(worth(0, {{"start", text_of(at(20min))}})));
  const auto high = path_of(post(worth(5, {{"start", text_of(at(19min))}, {"slip", "PT90S"}})));
  world->advance(1s);
  EXPECT_EQ(world->run_of(low)["state"], "pending");
  const auto refused = world->run_of(high);
  EXPECT_EQ(refused["state"], "nonstart");
  EXPECT_THAT(refused["errors"].get<std::string>(), testing::HasSubstr("priority that the limits give, 0,"));
}

TEST_F(Limiting, ARunThatALeadPlacesTakesTimeByThePriorityOfTheRulesHere) {
  auto limits = file(Json::array());
  limits["priority"] = {{"script", "the program"}};
  world->scripts.gives = worth_until_then;
  world->limit(limits.dump());
  const auto low = path_of(post(worth(3, {{"start", text_of(at(10min))}})));
  const auto place = [this](const std::string& task, int priority) {
    auto document = worth(priority, Json::object());
    document["tool"] = "exclusive-tool";
    document["participants"] = {"lead.example", "node.example"};
    EXPECT_EQ(world->call("POST", task + "?participant=1", document.dump(), kStranger).status, 200);
    const Json run = {{"start-time", text_of(at(10min))}};
    return world->call("PUT", task + "/runs/7d100000-0000-4000-8000-00000000000" + std::to_string(priority),
                       run.dump(), kStranger);
  };
  EXPECT_EQ(place("/tasks/0b9a0a4e-7c55-4d8b-9a2f-3f1f5b1c2d3e", 2).status, 409);
  EXPECT_EQ(place("/tasks/0b9a0a4e-7c55-4d8b-9a2f-3f1f5b1c2d3f", 7).status, 200);
  EXPECT_EQ(world->run_of(low)["state"], "preempted");
}

TEST_F(Limiting, TheLeadRewritesBeforeItLooksForTools) {
  auto limits = file(Json::array());
  limits["rewrite"] = {{"script", "the program"}};
  world->scripts.gives = [](const ports::Script&, const Json& input, const Json&) {
    Json output = input;
    output["test"]["spec"]["seconds"] = 5;
    output["__REWRITER_PRIVATE__"]["changed"] = true;
    output["__REWRITER_PRIVATE__"]["diags"] = {"Made shorter"};
    return std::vector<Json>{output};
  };
  world->limit(limits.dump());
  const auto path = path_of(post(task_of("normal", 3600)));
  const auto task = world->get(path).json();
  EXPECT_EQ(task["test"]["spec"]["seconds"], 5);
  EXPECT_EQ(world->detail_of(path)["duration"], "PT5S");
  EXPECT_FALSE(task.contains("__REWRITER_PRIVATE__"));
  EXPECT_THAT(world->detail_of(path)["diags"].get<std::string>(),
              testing::HasSubstr("Task rewritten:\n  Made shorter\n"));
}

// As the participant of a lead of 5.2.
TEST_F(Limiting, ALeadsTaskIsJudgedAndItsDeniedRunIsThere) {
  const std::string task = "/tasks/0b9a0a4e-7c55-4d8b-9a2f-3f1f5b1c2d3e";
  const std::string run = task + "/runs/7d100000-0000-4000-8000-000000000001";
  auto document = task_of("normal", 10);
  document["tool"] = "normal-tool";
  document["participants"] = {"lead.example", "node.example"};
  world->limit(file(only_background()).dump());
  const auto denied = world->call("POST", task + "?participant=1", document.dump(), kStranger);
  EXPECT_EQ(denied.status, 403);
  EXPECT_THAT(denied.body, testing::HasSubstr("requester: 203.0.113.5"));
  world->limit(file(before_one()).dump());
  EXPECT_EQ(world->call("POST", task + "?participant=1", document.dump(), kStranger).status, 200);
  const auto put = [&](Duration start) {
    return world->call("PUT", run, Json{{"start-time", text_of(at(start))}}.dump(), kStranger);
  };
  EXPECT_EQ(put(2h).status, 200);
  const auto stored = world->get(run).json();
  EXPECT_EQ(stored["state"], "nonstart");
  EXPECT_THAT(stored["errors"].get<std::string>(), testing::StartsWith("Run forbidden by limits:\n"));
  world->advance_to(at(3h));
  EXPECT_TRUE(world->plugins.calls.empty());
}

// before_one() is about hour 12; a lead that says +05:00 is at 17 o'clock then.
TEST_F(Limiting, ThePlacedRunIsJudgedByTheOffsetOfItsStart) {
  const std::string task = "/tasks/0b9a0a4e-7c55-4d8b-9a2f-3f1f5b1c2d3e";
  auto document = task_of("normal", 10);
  document["tool"] = "normal-tool";
  document["participants"] = {"lead.example", "node.example"};
  world->limit(file(before_one()).dump());
  EXPECT_EQ(world->call("POST", task + "?participant=1", document.dump(), kStranger).status, 200);
  int runs = 0;
  const auto state_at = [&](const std::string& start) {
    const auto run = task + "/runs/7d100000-0000-4000-8000-00000000000" + std::to_string(++runs);
    EXPECT_EQ(world->call("PUT", run, Json{{"start-time", start}}.dump(), kStranger).status, 200);
    return world->get(run).json();
  };
  EXPECT_EQ(state_at("2030-01-02T12:30:00Z")["state"], "pending");
  EXPECT_EQ(state_at("2030-01-02T12:31:00")["state"], "pending") << "in the zone of this host";
  EXPECT_EQ(state_at("2030-01-02T12:45:00-03:30")["state"], "pending");
  const auto denied = state_at("2030-01-02T17:32:00+05:00");
  EXPECT_EQ(denied["state"], "nonstart");
  EXPECT_THAT(denied["errors"].get<std::string>(),
              testing::HasSubstr("The run is at hour 17; allowed is 12"));
}

class MeshLimits : public MeshTest {};

TEST_F(MeshLimits, WhatOneParticipantDeniesIsToldByItsNameAndRunsNowhere) {
  auto limits = file(only_background());
  limits["applications"].erase(0);
  mesh["b"].limit(limits.dump());
  const Json document = {
      {"test", {{"type", "normal"}, {"spec", {{"seconds", 10}, {"hosts", {"a.example", "b.example"}}}}}},
      {"schedule", Json::object()}};
  const auto refused = mesh["a"].call("POST", "/tasks", document.dump());
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, testing::HasSubstr("b.example"));
  EXPECT_THAT(refused.body, testing::HasSubstr("Task forbidden by limits"));
  mesh.advance(2min);
  EXPECT_EQ(mesh["a"].plugins.calls.size() + mesh["b"].plugins.calls.size(), 0U);
}

TEST_F(MeshLimits, ARunThatOneParticipantDeniesIsANonStarterWithItsWords) {
  const auto path = task("exclusive", {"a", "b"}, {{"start", text_of(at(90min))}});
  mesh.advance(10s);
  auto limits = file(before_one());
  limits["applications"].erase(0);
  mesh["b"].limit(limits.dump());
  const auto second = task("exclusive", {"a", "b"}, {{"start", text_of(at(95min))}});
  mesh.advance_to(at(2h));
  EXPECT_EQ(run("a", path)["state"], "finished") << "it was agreed on before";
  const auto denied = run("a", second);
  EXPECT_EQ(denied["state"], "nonstart");
  EXPECT_THAT(denied["errors"].get<std::string>(), testing::HasSubstr("b.example"));
  EXPECT_THAT(denied["errors"].get<std::string>(), testing::HasSubstr("The run is at hour 13"));
}

}  // namespace
}  // namespace pscheduler::test
