#include "pscheduler/batch/preparation.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "unit/batch/test_jq.hpp"

namespace pscheduler::batch {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kIdle = R"({"test": {"type": "idle", "spec": {"duration": "PT1S"}}})";

struct Prepared {
  Plan plan;
  std::vector<std::string> problems;
  std::size_t compiled = 0;
};

Prepared prepare_text(const std::string& text) {
  auto source = read_json(text, json::Comments::drop);
  auto document = check(std::move(*source), Places(text));
  Prepared prepared;
  if (!document) {
    ADD_FAILURE() << to_text(document.error(), "");
    return prepared;
  }
  testing::TestJq jq;
  auto plan = prepare(*document, jq);
  prepared.compiled = jq.compiled_programs();
  if (plan) prepared.plan = std::move(*plan);
  for (const auto& problem : plan ? Problems{} : plan.error())
    prepared.problems.push_back(to_text(problem, "b"));
  return prepared;
}

TEST(BatchPreparation, TransformsFollowEachOther) {
  const auto prepared = prepare_text(R"({"schema": 1,
    "global": {"data": {"base": 3}, "transform-pre": {"script": ".reference = [\"pre\"]"},
               "transform-post": {"script": ".reference += [\"post\"]"}},
    "jobs": [{"iterations": 2, "task": {"test": {}},
              "task-transform": {"script": [".test = {type: \"idle\", spec: {n: ($global.base + $iteration)}}",
                                            "| .reference += [\"own\"]"]}}]})");
  ASSERT_THAT(prepared.problems, ElementsAre());
  ASSERT_EQ(prepared.plan.at(0).size(), 2u);
  EXPECT_EQ(prepared.plan[0][1], Json::parse(R"({"reference": ["pre", "own", "post"], "schedule": {},
                                                 "test": {"type": "idle", "spec": {"n": 4}}})"));
  EXPECT_EQ(prepared.plan[0][0]["test"]["spec"]["n"], 3) << "each iteration begins with a fresh task";
}

TEST(BatchPreparation, KeepsOfTheScheduleWhatIsNotTheBatchsBusiness) {
  const auto prepared = prepare_text(
      R"({"jobs": [{"task": {"test": {"type": "idle", "spec": {}},
       "schedule": {"start": "2030-01-01T00:00:00Z", "repeat": "PT1H", "until": "2031-01-01T00:00:00Z",
                    "max-runs": 3, "slip": "PT1M", "sliprand": true}}}]})");
  ASSERT_THAT(prepared.problems, ElementsAre());
  EXPECT_EQ(prepared.plan.at(0).at(0)["schedule"], Json::parse(R"({"slip": "PT1M", "sliprand": true})"));
}

TEST(BatchPreparation, IterationsMayBeComputed) {
  const auto count = [](const std::string& transform) {
    return prepare_text(R"({"schema": 3, "global": {"data": 3}, "jobs": [{"task": )" + kIdle +
                        R"(, "iterations": )" + transform + "}]}");
  };
  EXPECT_EQ(count(R"({"script": "$n * 2", "args": {"n": 2}})").plan.at(0).size(), 4u);
  EXPECT_EQ(count(R"({"script": "$global", "args": {"global": 9}})").plan.at(0).size(), 3u);
  EXPECT_EQ(count(R"({"script": "2, error"})").plan.at(0).size(), 2u) << "only the first output counts";
  for (const auto* bad : {"true", "0", "1.5", "empty", "\\\"2\\\"", "1000000", "error"}) {
    EXPECT_THAT(count(std::string(R"({"script": ")") + bad + "\"}").problems,
                ElementsAre(HasSubstr("/jobs/0/iterations: ")))
        << bad;
  }
}

TEST(BatchPreparation, JobsThatAreNotEnabledAreLeftAlone) {
  const auto prepared =
      prepare_text(R"({"jobs": [{"enabled": false, "task": 1, "task-transform": {"script": "("}}]})");
  EXPECT_THAT(prepared.problems, ElementsAre());
  EXPECT_THAT(prepared.plan, ElementsAre(ElementsAre()));
}

TEST(BatchPreparation, ProblemsOfAllJobsWithTheirPlaces) {
  const auto prepared = prepare_text(R"j({"jobs": [
    {"iterations": 3, "task": {"test": {"type": "idle", "spec": {}}}, "task-transform": {"script": ".nope = 1"}},
    {"task": {"test": {"type": "idle", "spec": {}}, "tools": 1}},
    {"task": 5},
    {"task": 1, "task-transform": {"script": "error(\"no\")"}},
    {"task": 1, "task-transform": {"script": "empty"}}]})j");
  EXPECT_THAT(
      prepared.problems,
      ElementsAre(AllOf(StartsWith("b:2:31: /jobs/0/task iteration 0: "), HasSubstr("nope"),
                        HasSubstr("(and 2 more iterations)")),
                  AllOf(StartsWith("b:3:62: /jobs/1/task iteration 0: "), HasSubstr("/tools")),
                  AllOf(StartsWith("b:4:14: "), HasSubstr("must be an object")),
                  AllOf(StartsWith("b:5:46: /jobs/3/task-transform, iteration 0: "), HasSubstr("no")),
                  AllOf(StartsWith("b:6:46: /jobs/4/task-transform, iteration 0: "), HasSubstr("output"))));
}

TEST(BatchPreparation, ProgramsThatDoNotCompileAreAllToldBeforeAnyIsRun) {
  const auto prepared = prepare_text(R"({"schema": 3, "global": {"transform-pre": {"script": "("}},
    "jobs": [{"task": 1, "iterations": {"script": "("}},
             {"task": 1, "enabled": false, "continue-if": {"script": "$iteration"}}]})");
  EXPECT_THAT(prepared.problems,
              ElementsAre(StartsWith("b:1:54: /global/transform-pre: "),
                          AllOf(StartsWith("b:3:70: /jobs/1/continue-if: "), HasSubstr("jobs[1]")),
                          StartsWith("b:2:51: /jobs/0/iterations: ")));
}

TEST(BatchPreparation, EachProgramIsCompiledOnce) {
  const auto prepared =
      prepare_text(R"({"global": {"transform-pre": {"script": "."}, "transform-post": {"script": ". "}},
    "jobs": [{"iterations": 500, "task": )" +
                   kIdle + R"(, "task-transform": {"script": ".reference = $iteration"}}]})");
  EXPECT_EQ(prepared.plan.at(0).size(), 500u);
  EXPECT_EQ(prepared.compiled, 3u);
}

TEST(BatchPreparation, ConditionsAreTrueOrFalse) {
  const std::string text = R"({"schema": 2, "global": {"data": 1}, "jobs": [
    {"task": 1, "continue-if": {"script": "length > $global"}}, {"task": 1, "continue-if": {"script": "1"}},
    {"task": 1, "continue-if": {"script": "empty"}}, {"task": 1}]})";
  auto source = read_json(text, json::Comments::drop);
  const auto document = check(std::move(*source), Places(text));
  ASSERT_TRUE(document);
  testing::TestJq jq;
  EXPECT_EQ(goes_on(*document, 0, Json::parse("[1, 2]"), jq), true);
  EXPECT_EQ(goes_on(*document, 0, Json::parse("[1]"), jq), false);
  EXPECT_EQ(goes_on(*document, 3, Json::parse("[1]"), jq), true);
  for (const std::size_t job : {1, 2}) {
    const auto bad = goes_on(*document, job, Json::array(), jq);
    ASSERT_FALSE(bad);
    EXPECT_THAT(to_text(bad.error(), "b"), HasSubstr("non-boolean"));
  }
}

RC_GTEST_PROP(BatchPreparation, TheDocumentItselfIsNeverChanged, (bool parallel)) {
  const auto label = *rc::gen::container<std::string>(rc::gen::inRange(' ', '~'));
  Json source = {{"jobs", Json::array()}};
  source["jobs"].push_back(
      {{"label", label}, {"parallel", parallel}, {"task", Json::parse(kIdle)}, {"iterations", 3}});
  source["jobs"][0]["task"]["schedule"] = {{"start", "2030-01-01T00:00:00Z"}};
  const Json before = source;
  const auto document = check(std::move(source), Places());
  RC_ASSERT(document.has_value());
  testing::TestJq jq;
  RC_ASSERT(prepare(*document, jq).has_value());
  RC_ASSERT(document->source == before);
}

}  // namespace
}  // namespace pscheduler::batch
