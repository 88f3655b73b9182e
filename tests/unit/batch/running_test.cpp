#include <gmock/gmock.h>

#include "unit/batch/bench.hpp"

namespace pscheduler::batch::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(BatchRun, AnElementIsTheTaskAsSentAndItsRunsInAllFormats) {
  Bench bench;
  const Json output = bench.run(batch_of({{{"task", idle("PT5S")}}}));
  Json task = idle("PT5S");
  task["schedule"] = Json::object();
  const Json run = {
      {"application/json", {{"succeeded", true}}}, {"text/plain", "idled"}, {"text/html", "idled"}};
  EXPECT_EQ(output["jobs"][0]["results"], Json::array({{{"task", task}, {"runs", {run}}}}));
  EXPECT_EQ(output["jobs"][0]["task"], idle("PT5S"));
  EXPECT_EQ(output["batch"]["start"], "2030-05-01T12:00:00Z");
  EXPECT_EQ(output["batch"]["end"], "2030-05-01T12:00:05Z");
  EXPECT_FALSE(output["batch"].contains("interrupted"));
}

TEST(BatchRun, SerialIterationsFollowEachOtherWithoutBackoff) {
  Bench bench;
  bench.run(batch_of({{{"task", idle("PT10S")}, {"iterations", 3}, {"backoff", "PT1H"}}}));
  ASSERT_EQ(bench.leads.tasks.size(), 3u);
  EXPECT_GE(bench.leads.tasks.at("2").posted, bench.leads.tasks.at("1").slot.end);
  EXPECT_GE(bench.leads.tasks.at("3").posted, bench.leads.tasks.at("2").slot.end);
  EXPECT_LT(bench.clock.now(), bench.start + 32s);
}

TEST(BatchRun, ParallelIterationsStartTogetherOnceAllArePosted) {
  Bench bench;
  bench.leads.latency = 0s;
  const Json output = bench.run(
      batch_of({{{"task", idle("PT1S")}, {"iterations", 2}, {"parallel", true}, {"backoff", "PT1S"}}}));
  for (const auto& element : output["jobs"][0]["results"]) {
    EXPECT_EQ(element["task"]["schedule"]["start"], "2030-05-01T12:00:17Z") << "2 × 1 s + 15 s";
  }
  EXPECT_THAT(bench.leads.times_of("POST a/tasks"), ElementsAre(bench.start, bench.start + 1s));
}

TEST(BatchRun, SetupTimeIsTheRoomBeforeACommonStart) {
  Bench bench;
  const Json output =
      bench.run(batch_of({{{"task", idle("PT1S")}, {"parallel", true}, {"setup-time", "PT2S"}}}));
  EXPECT_EQ(output["jobs"][0]["results"][0]["task"]["schedule"]["start"], "2030-05-01T12:00:02Z");
}

TEST(BatchRun, WithoutACommonStartEachStartsWhenItIsPosted) {
  Bench bench;
  const Json output = bench.run(batch_of({{{"task", {idle("PT20S", "a"), idle("PT1S", "b")}},
                                           {"parallel", true},
                                           {"sync-start", false},
                                           {"backoff", "PT3S"}}}));
  EXPECT_EQ(output["jobs"][0]["results"][0]["task"]["schedule"], Json::object());
  EXPECT_EQ(bench.leads.times_of("POST b/tasks").at(0) - bench.leads.times_of("POST a/tasks").at(0), 3s);
  EXPECT_THAT(bench.notes.order, ElementsAre(Pair(0, 1), Pair(0, 0))) << "the short one is not kept waiting";
}

TEST(BatchRun, AThousandIterationsShareFewConnections) {
  Bench bench;
  const Json output = bench.run(
      batch_of({{{"task", idle("PT40S")}, {"iterations", 1000}, {"parallel", true}, {"sync-start", false}}}));
  EXPECT_EQ(output["jobs"][0]["results"].size(), 1000u);
  for (const auto& element : output["jobs"][0]["results"]) EXPECT_TRUE(Batch::succeeded(element));
  EXPECT_LE(bench.leads.most_open, 64u);
  EXPECT_LT(bench.clock.now(), bench.start + 60s) << "none of them is polled for in turn";
}

TEST(BatchRun, NoMoreThanAskedForAreUnderWay) {
  Bench bench;
  bench.settings.parallel_max = 2;
  bench.run(
      batch_of({{{"task", idle("PT10S")}, {"iterations", 5}, {"parallel", true}, {"sync-start", false}}}));
  const auto posts = bench.leads.times_of("POST a/tasks");
  ASSERT_EQ(posts.size(), 5u);
  EXPECT_GE(posts[2], posts[0] + 10s);
  EXPECT_GE(posts[4], posts[2] + 10s);
  EXPECT_LT(posts[4], bench.start + 25s);
}

TEST(BatchRun, WithABoundACommonStartIsThatOfAGroup) {
  Bench bench;
  bench.settings.parallel_max = 2;
  const Json output = bench.run(
      batch_of({{{"task", idle("PT5S")}, {"iterations", 3}, {"parallel", true}, {"setup-time", "PT3S"}}}));
  const Json& results = output["jobs"][0]["results"];
  EXPECT_EQ(results[0]["task"]["schedule"], results[1]["task"]["schedule"]);
  EXPECT_NE(results[0]["task"]["schedule"], results[2]["task"]["schedule"]);
  for (const auto& element : results)
    EXPECT_TRUE(Batch::succeeded(element)) << "no start has passed when posted";
  for (const auto& [id, task] : bench.leads.tasks) EXPECT_GE(task.slot.start, task.posted);
}

TEST(BatchRun, ADryRunPostsNothing) {
  Bench bench;
  bench.settings.dry_run = true;
  const Json output = bench.run(batch_of({{{"task", idle("PT1S")}, {"iterations", 3}}}));
  EXPECT_EQ(output["jobs"][0]["results"], Json::parse("[{}, {}, {}]"));
  EXPECT_TRUE(bench.leads.log.empty());
}

TEST(BatchRun, JobsThatAreNotEnabledHaveNoResults) {
  Bench bench;
  const Json output = bench.run(
      batch_of({{{"task", idle("PT1S")}, {"enabled", false}, {"continue-if", {{"script", "false"}}}},
                {{"task", idle("PT1S")}}}));
  EXPECT_EQ(output["jobs"][0]["results"], Json::array());
  EXPECT_EQ(output["jobs"][1]["results"].size(), 1u) << "its condition is not consulted";
}

TEST(BatchRun, AConditionEndsTheBatch) {
  Bench bench;
  const Json output = bench.run(
      batch_of({{{"task", idle("PT1S")},
                 {"continue-if", {{"script", ".[0].runs[0].\"application/json\".succeeded | not"}}}},
                {{"task", idle("PT1S")}}}));
  EXPECT_FALSE(output["jobs"][1].contains("results"));
  EXPECT_EQ(bench.leads.tasks.size(), 1u);
  EXPECT_TRUE(bench.problems.empty());
}

TEST(BatchRun, AConditionWithoutAnAnswerIsAProblem) {
  Bench bench;
  bench.run(
      batch_of({{{"task", idle("PT1S")}, {"continue-if", {{"script", "1"}}}}, {{"task", idle("PT1S")}}}));
  ASSERT_EQ(bench.problems.size(), 1u);
  EXPECT_THAT(bench.problems[0].message, HasSubstr("non-boolean"));
  EXPECT_EQ(bench.leads.tasks.size(), 1u);
}

TEST(BatchRun, WhoLeadsWhenNobodyIsNamed) {
  Bench bench;
  Json task = idle("PT1S");
  task["test"]["spec"].erase("host");
  bench.run(batch_of({{{"task", task}}}));
  EXPECT_EQ(bench.leads.tasks.at("1").host, "here");
  bench.settings.lead = "there";
  bench.run(batch_of({{{"task", task}}}));
  EXPECT_EQ(bench.leads.tasks.at("2").host, "there");
  bench.run(batch_of({{{"task", idle("PT1S", "b")}}}));
  EXPECT_EQ(bench.leads.tasks.at("3").host, "b") << "a host that is named is never overridden";
}

TEST(BatchRun, TheKeyGoesWithTheTaskAndStaysOutOfTheResults) {
  Bench bench;
  bench.settings.key = "secret";
  Json own = idle("PT1S");
  own["_key"] = "own";
  const Json output = bench.run(batch_of({{{"task", {idle("PT1S"), own}}}}));
  EXPECT_EQ(bench.leads.tasks.at("1").document["_key"], "secret");
  EXPECT_EQ(bench.leads.tasks.at("2").document["_key"], "own");
  EXPECT_THAT(output.dump(), ::testing::Not(HasSubstr("secret")));
}

TEST(BatchRun, ALeadThatDiesCostsItsOwnIterationsAlone) {
  Bench bench;
  bench.leads.instead = [&](const std::string& line) -> std::optional<ports::HttpAnswer> {
    if (line.starts_with("GET b/tasks/") && bench.clock.now() > bench.start + 2s)
      bench.leads.dead.insert("b");
    return std::nullopt;
  };
  const Json output =
      bench.run(batch_of({{{"task", {idle("PT10S", "a"), idle("PT10S", "b"), idle("PT10S", "a")}},
                           {"parallel", true},
                           {"sync-start", false},
                           {"backoff", "PT2S"}},
                          {{"task", {idle("PT1S", "b"), idle("PT1S", "a")}}}}));
  const auto went = [&](int job, int i) { return Batch::succeeded(output["jobs"][job]["results"][i]); };
  EXPECT_TRUE(went(0, 0));
  EXPECT_FALSE(went(0, 1));
  EXPECT_TRUE(went(0, 2));
  EXPECT_FALSE(went(1, 0));
  EXPECT_TRUE(went(1, 1));
  EXPECT_THAT(output["jobs"][0]["results"][1]["error"].get<std::string>(), HasSubstr("connection"));
  EXPECT_LT(bench.clock.now(), bench.start + 90s) << "nobody waits long for the dead";
}

TEST(BatchRun, ALeadThatIsRestartedCostsNothing) {
  Bench bench;
  bench.leads.instead = [&](const std::string& line) -> std::optional<ports::HttpAnswer> {
    if (line.starts_with("GET a/tasks/") && bench.clock.now() < bench.start + 12s) {
      return ports::HttpAnswer{503, {}, "starting"};
    }
    return std::nullopt;
  };
  const Json output = bench.run(batch_of({{{"task", idle("PT5S")}}}));
  EXPECT_TRUE(Batch::succeeded(output["jobs"][0]["results"][0])) << output.dump();
}

struct Trouble {
  const char* name;
  std::string request;
  int status;
  std::string words;
};

class BatchTrouble : public ::testing::TestWithParam<Trouble> {};

TEST_P(BatchTrouble, BecomesAFailureOfItsIteration) {
  const auto& trouble = GetParam();
  Bench bench;
  bench.leads.instead = [&](const std::string& line) -> std::optional<ports::HttpAnswer> {
    if (line.starts_with(trouble.request)) return ports::HttpAnswer{trouble.status, {}, "because\n"};
    return std::nullopt;
  };
  const Json output = bench.run(batch_of({{{"task", {idle("PT1S", "a"), idle("PT1S", "b")}}}}));
  const Json& results = output["jobs"][0]["results"];
  EXPECT_EQ(results[0]["succeeded"], false);
  EXPECT_FALSE(results[0].contains("task"));
  EXPECT_THAT(results[0]["error"].get<std::string>(), HasSubstr(trouble.words));
  EXPECT_TRUE(Batch::succeeded(results[1]) || trouble.request.starts_with("GET assist"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BatchTrouble,
    ::testing::Values(Trouble{"participants", "GET assist/", 404, "participants: 404: because"},
                      Trouble{"post", "POST a/", 400, "could not post to a: 400: because"},
                      Trouble{"task", "GET a/tasks/1?", 404, "404: because"},
                      Trouble{"first_run", "GET a/tasks/1/runs/first", 404, "never scheduled"},
                      Trouble{"run", "GET a/tasks/1/runs/1?", 500, "500: because"},
                      Trouble{"list", "GET a/tasks/1/runs", 500, "500: because"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(BatchRun, AFormatThatFailsIsAFailureInItsPlace) {
  Bench bench;
  bench.leads.instead = [](const std::string& line) -> std::optional<ports::HttpAnswer> {
    if (line.ends_with("html")) return ports::HttpAnswer{500, {}, "no html"};
    return std::nullopt;
  };
  const Json output = bench.run(batch_of({{{"task", idle("PT1S")}}}));
  const Json& run = output["jobs"][0]["results"][0]["runs"][0];
  EXPECT_EQ(run["text/html"], Json::parse(R"({"succeeded": false, "error": "500: no html"})"));
  EXPECT_EQ(run["text/plain"], "idled");
}

// The runs of a streaming task: its process belongs to the first, each result is a run after it.
Json results_of_a_stream(bool last_succeeds) {
  Bench bench;
  bench.leads.instead = [last_succeeds](const std::string& line) -> std::optional<ports::HttpAnswer> {
    const std::string task = "https://a/pscheduler/tasks/1";
    Json answer;
    if (line == "GET a/tasks/1/runs") {
      answer = Json::array({task + "/runs/0", task + "/runs/1"});
    } else if (line == "GET a/tasks/1/runs/0") {
      answer = {{"href", task + "/runs/0"}, {"state", "finished"}, {"result-merged", nullptr}};
    } else if (!last_succeeds && line.starts_with("GET a/tasks/1/runs/1/result?format=application")) {
      answer = {{"succeeded", false}};
    } else {
      return std::nullopt;
    }
    return ports::HttpAnswer{200, {}, answer.dump()};
  };
  return bench.run(batch_of({{{"task", idle("PT1S")}}}))["jobs"][0]["results"][0];
}

TEST(BatchRun, ARunThatOnlyCarriesAStreamIsNoFailure) {
  const Json element = results_of_a_stream(true);
  EXPECT_EQ(element["runs"][0]["application/json"]["state"], "finished");
  EXPECT_FALSE(element["runs"][0].contains("text/plain"));
  EXPECT_EQ(element["runs"][1]["application/json"]["succeeded"], true);
  EXPECT_TRUE(Batch::succeeded(element));
}

TEST(BatchRun, AStreamIsJudgedByItsResults) {
  Json element = results_of_a_stream(false);
  EXPECT_FALSE(Batch::succeeded(element));
  element["runs"].erase(1);
  EXPECT_FALSE(Batch::succeeded(element)) << "nothing was measured";
}

TEST(BatchRun, TellsWhatItDoesWithTheNamesOfJobsAndIterations) {
  Bench bench;
  bench.run(batch_of(
      {{{"label", "x"}, {"task", idle("PT1S")}, {"parallel", true}, {"iterations", 2}, {"backoff", "PT2S"}},
       {{"task", idle("PT1S")}}}));
  EXPECT_THAT(bench.notes.lines, Contains("x: start moved by 0:00:19 to 2030-05-01T12:00:19Z"));
  EXPECT_THAT(bench.notes.lines, Contains("x/1: waiting 2.0s before posting"));
  EXPECT_THAT(bench.notes.lines, Contains(HasSubstr("unlabeled/0: posting to https://a/pscheduler/tasks")));
}

}  // namespace
}  // namespace pscheduler::batch::testing
