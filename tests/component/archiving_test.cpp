// Which results go to which archivers, in which form, and what is told of them.

#include "component/archiving.hpp"

namespace pscheduler::test {
namespace {

using testing::ElementsAre;

TEST_F(ArchivingOfResults, IsTriedAgainWhenTheArchiverSaysSo) {
  world->plugins.on_archive = [this](const ArchiverCall&) -> Result<ArchiverReply> {
    return world->plugins.archived.size() < 3 ? again_after(5s, "PT5S") : success();
  };
  const auto task = post({shelf({{"ttl", "PT1M"}})});
  world->advance_to(at(9s));
  EXPECT_FALSE(world->run_of(task).contains("archivings")) << "before there is anything to archive";
  world->advance_to(at(12s));
  EXPECT_EQ(archiving_of(task)["completed"], false);
  EXPECT_EQ(world->get("/stat/archiving/backlog").body, "0\n");
  EXPECT_EQ(world->get("/stat/archiving/upcoming").body, "1\n");
  world->advance_to(at(2min));
  EXPECT_THAT(times(), ElementsAre(at(10s), at(15s), at(20s)));
  const auto archiving = archiving_of(task);
  EXPECT_EQ(archiving["completed"], true);
  EXPECT_EQ(archiving["archived"], true);
  EXPECT_EQ(archiving["last_attempt"], "2030-01-02T12:00:20.000000+00:00");
  EXPECT_EQ(archiving["archiver"]["name"], "shelf");
  EXPECT_EQ(archiving["archiver_data"], Json::parse(R"({"good": true, "_password": null})"));
  EXPECT_EQ(archiving["spec"]["runs"], "succeeded") << "filled in";
  EXPECT_EQ(archiving["spec"]["data"]["_password"], nullptr);
  EXPECT_EQ(archiving["diags"], Json::parse(R"([
      {"time": "2030-01-02T12:00:10Z", "return-code": 0, "stderr": "not now",
       "stdout": {"succeeded": false, "error": "not now", "retry": "PT5S"}},
      {"time": "2030-01-02T12:00:15Z", "return-code": 0, "stderr": "not now",
       "stdout": {"succeeded": false, "error": "not now", "retry": "PT5S"}},
      {"time": "2030-01-02T12:00:20Z", "return-code": 0, "stderr": "", "stdout": {"succeeded": true}}])"));
  const auto& records = world->plugins.archived;
  EXPECT_EQ(records[0].record["attempts"], 0);
  EXPECT_EQ(records[0].record["last-attempt"], nullptr);
  EXPECT_EQ(records[2].record["attempts"], 2);
  EXPECT_EQ(records[2].record["last-attempt"], "2030-01-02T12:00:15+00:00");
}

TEST_F(ArchivingOfResults, TheStatusTellsWhenTheNextIsDue) {
  const auto archiver = [&] { return world->get("/status").json()["services"]["archiver"]; };
  EXPECT_EQ(archiver()["expected"], nullptr) << "nothing is to be archived";
  world->plugins.on_archive = [this](const ArchiverCall&) -> Result<ArchiverReply> {
    return world->plugins.archived.size() < 2 ? again_after(5min, "PT5M") : success();
  };
  post({shelf()});
  world->advance_to(at(70s));
  EXPECT_EQ(archiver()["expected"], text_of(at(310s)));
  EXPECT_EQ(archiver()["next_time"], "PT4M");
  EXPECT_EQ(archiver()["overdue"], nullptr);
  world->advance_to(at(6min));
  EXPECT_EQ(archiver()["expected"], nullptr);
}

TEST_F(ArchivingOfResults, GivesTheDocumentThatArchiversExpect) {
  const auto task =
      post({shelf({{"uri-host", "outside.example:8443"}})}, {{"_key", "sesame"}, {"reference", {{"a", 1}}}});
  world->advance_to(at(11s));
  ASSERT_EQ(world->plugins.archived.size(), 1U);
  const Json& record = world->plugins.archived[0].record;
  const std::string href = "https://outside.example:8443/pscheduler" + task;
  EXPECT_EQ(record["task-href"], href);
  const auto run_href = record["run-href"].get<std::string>();
  EXPECT_TRUE(run_href.starts_with(href + "/runs/"));
  EXPECT_EQ(record["data"]["_password"], "s3cret") << "the archiver needs it";
  const Json& result = record["result"];
  EXPECT_EQ(result["id"], run_href.substr(run_href.rfind('/') + 1));
  EXPECT_EQ(result["schedule"], Json::parse(R"({"start": "2030-01-02T12:00:06+00:00", "duration": "PT5S"})"));
  EXPECT_EQ(result["test"], Json::parse(R"({"type": "background", "spec": {"seconds": 5}})"));
  EXPECT_EQ(result["tool"], Json::parse(R"({"name": "background-tool", "version": "1.0"})"));
  EXPECT_EQ(result["participants"], Json::parse(R"(["node.example"])"));
  EXPECT_EQ(result["result"]["succeeded"], true);
  EXPECT_EQ(result["reference"], Json::parse(R"({"a": 1})"));
  EXPECT_FALSE(result["task"].contains("archives"));
  EXPECT_EQ(result["task"]["_key"], nullptr) << "the key of a task is nobody's business";
  EXPECT_EQ(result["task"]["href"], href);
  EXPECT_EQ(result["task"]["detail"]["runs-started"], 1);
  for (const char* own : {"archivings", "participant-data", "participant-data-full", "result"}) {
    EXPECT_FALSE(result["run"].contains(own)) << own;
  }
  EXPECT_EQ(result["run"]["state"], "finished");
  EXPECT_EQ(result["run"]["result-merged"], result["result"]);
  EXPECT_EQ(result["run"]["task-href"], href);
}

TEST_F(ArchivingOfResults, WithoutAHostInTheSpecificationNamesThisNode) {
  const auto task = post({shelf()});
  world->advance_to(at(11s));
  ASSERT_EQ(world->plugins.archived.size(), 1U);
  EXPECT_EQ(world->plugins.archived[0].record["task-href"], "https://node.example/pscheduler" + task);
}

TEST_F(ArchivingOfResults, TellsArchiversWhenAnotherHostAskedForTheTask) {
  const std::map<std::string, bool> outside{{"127.0.0.1", false},
                                            {"::1", false},
                                            {"192.0.2.1", false},  // the node's own
                                            {"203.0.113.9", true},
                                            {"2001:db8::9", true}};
  for (const auto& [requester, is_outside] : outside) {
    const Json task = {{"test", {{"type", "background"}, {"spec", {{"seconds", 5}}}}},
                       {"schedule", {{"start", "2030-01-02T12:00:06Z"}}},
                       {"archives", {drawer()}}};
    EXPECT_EQ(world->call("POST", "/tasks", task.dump(), {.address = requester}).status, 200);
  }
  world->advance_to(at(1min));
  std::map<std::string, bool> told;
  for (const auto& call : world->plugins.archived) {
    const auto& hints = call.record["result"]["task"]["detail"]["hints"];
    told[hints["requester"].get<std::string>()] = call.record.value("from-outside", false);
    EXPECT_NE(call.record.value("from-outside", Json()), false) << "archivers of 5.2 know no such member";
  }
  EXPECT_EQ(told, outside);
}

TEST_F(ArchivingOfResults, TakesNobodyForThisHostWhomAProxyAsksFor) {
  const Json task = {{"test", {{"type", "background"}, {"spec", {{"seconds", 5}}}}},
                     {"schedule", Json::object()},
                     {"archives", {drawer()}}};
  const Peer proxied{.header = "127.0.0.1;frontend;" + std::string(kProxyKey)};
  EXPECT_EQ(world->call("POST", "/tasks", task.dump(), proxied).status, 200);
  world->advance_to(at(1min));
  ASSERT_EQ(world->plugins.archived.size(), 1U);
  EXPECT_EQ(world->plugins.archived[0].record["from-outside"], true);
}

struct Ending {
  std::string name;
  std::vector<std::string> archived_by;  // which of succeeded, failed and all
};

class ArchivingOfEndings : public ArchivingOfResults, public testing::WithParamInterface<Ending> {};

TEST_P(ArchivingOfEndings, IsAsTheSpecificationSays) {
  const std::string& ending = GetParam().name;
  if (ending == "failed") {
    world->plugins.merge = [](const Json&) -> Result<Json> { return Json{{"succeeded", false}}; };
  } else if (ending == "broken") {
    world->plugins.scripts["background-tool"].outcome.status = 1;
  }
  std::vector<Json> archives;
  for (const std::string runs : {"succeeded", "failed", "all"}) {
    archives.push_back(shelf({{"runs", runs}, {"data", {{"good", true}, {"runs", runs}}}}));
  }
  const auto task = post(archives);
  if (ending == "canceled_before") world->call("DELETE", task);
  world->advance_to(at(8s));
  if (ending == "canceled") world->call("DELETE", task);
  if (ending == "canceled_at_last") {
    world->store.hold(RunState::canceled);
    world->begin("DELETE", task);
    world->advance(1s);
  }
  if (ending == "interrupted" || ending == "canceled_at_last") restart_at(at(10s));
  world->advance_to(at(60s));
  std::vector<std::string> archived_by;
  for (const auto& call : world->plugins.archived) archived_by.push_back(call.record["data"]["runs"]);
  EXPECT_EQ(archived_by, GetParam().archived_by);
}

INSTANTIATE_TEST_SUITE_P(All, ArchivingOfEndings,
                         testing::Values(Ending{"finished", {"succeeded", "all"}},
                                         Ending{"canceled_at_last", {"all"}},
                                         Ending{"failed", {"failed", "all"}},
                                         Ending{"broken", {"failed", "all"}},
                                         Ending{"interrupted", {"failed", "all"}},
                                         Ending{"canceled", {"all"}}, Ending{"canceled_before", {}}),
                         CaseName());

TEST_F(ArchivingOfResults, OfALongRunTakesEachStreamedResult) {
  world->plugins.scripts["multi-tool"].records = {
      {3s, R"({"n":1})"}, {6s, R"({"n":2,"succeeded":false})"}, {9s, R"({"n":3})"}};
  const auto task = world->post_task("multi", 20, {{"start", "2030-01-02T12:00:10Z"}},
                                     {{"schema", 3}, {"archives", Json::array({shelf()})}});
  world->advance_to(at(60s));
  EXPECT_THAT(times(), ElementsAre(at(13s), at(16s), at(19s)));
  EXPECT_EQ(world->plugins.archived[1].record["result"]["result"]["n"], 2);
  EXPECT_EQ(world->plugins.archived[1].record["result"]["schedule"]["duration"], "PT20S") << "the task's";
  const auto runs = world->runs_of(task);
  ASSERT_EQ(runs.size(), 4U);
  EXPECT_FALSE(runs[0].contains("archivings")) << "the long run itself is not archived";
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(runs[i]["archivings"].size(), 1U);
}

struct Transformed {
  std::string name;
  Result<std::vector<Json>> outputs;
  bool output_raw = false;
  std::optional<Json> sent = {};
  bool archived = true;
  int return_code = 0;
};

class ArchivingTransforms : public ArchivingOfResults, public testing::WithParamInterface<Transformed> {};

TEST_P(ArchivingTransforms, DecideWhatIsSent) {
  const Transformed& row = GetParam();
  world->scripts.gives = [&](const ports::Script& script, const Json& input, const Json& arguments) {
    EXPECT_EQ(script.text, "first\nsecond\n");
    EXPECT_THAT(script.variables, ElementsAre("x"));
    EXPECT_EQ(arguments, Json::parse(R"({"x": 3})"));
    EXPECT_TRUE(input.contains("task") && input.contains("run") && !input.contains("data"));
    return row.outputs;
  };
  const Json transform = {
      {"script", {"first", "second"}}, {"args", {{"x", 3}}}, {"output-raw", row.output_raw}};
  const auto task = post({shelf({{"transform", transform}})});
  world->advance_to(at(60s));
  ASSERT_EQ(world->plugins.archived.size(), row.sent ? 1U : 0U);
  if (row.sent) {
    EXPECT_EQ(world->plugins.archived[0].record["result"], *row.sent);
  }
  const auto archiving = archiving_of(task);
  EXPECT_EQ(archiving["completed"], true);
  EXPECT_EQ(archiving["archived"], row.archived);
  ASSERT_EQ(archiving["diags"].size(), 1U);
  EXPECT_EQ(archiving["diags"][0]["return-code"], row.return_code);
  EXPECT_EQ(archiving["diags"][0]["stderr"] == "", row.archived);
}

using Outputs = std::vector<Json>;

INSTANTIATE_TEST_SUITE_P(
    All, ArchivingTransforms,
    testing::Values(Transformed{"first value", Outputs{Json{{"a", 1}}, "rest"}, false, Json{{"a", 1}}},
                    Transformed{"false", Outputs{false}, false, Json(false)},
                    Transformed{"null", Outputs{nullptr, 1}},
                    Transformed{"nothing", Outputs{}, false, {}, false, 1},
                    Transformed{"raw", Outputs{"a", Json{{"b", {1, nullptr}}}, nullptr}, true,
                                Json("a\n{\"b\":[1,null]}\nnull")},
                    Transformed{"error", fail(Errc::invalid_argument, "no luck"), false, {}, false, 1},
                    Transformed{"too long", fail(Errc::timed_out, "too long"), false, {}, false, 1}),
    CaseName());

}  // namespace
}  // namespace pscheduler::test
