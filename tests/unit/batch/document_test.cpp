#include "pscheduler/batch/document.hpp"

#include <gmock/gmock.h>

namespace pscheduler::batch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> problems_of(const std::string& text,
                                     json::Comments comments = json::Comments::drop) {
  auto source = read_json(text, comments);
  auto document = source ? check(std::move(*source), Places(text)) : tl::unexpected(source.error());
  std::vector<std::string> lines;
  if (document) return lines;
  for (const auto& problem : document.error()) lines.push_back(to_text(problem, "b.json"));
  return lines;
}

Document document_of(const std::string& text) {
  auto source = read_json(text, json::Comments::drop);
  EXPECT_TRUE(source);
  auto document = check(std::move(*source), Places(text));
  EXPECT_TRUE(document) << (document ? "" : to_text(document.error(), ""));
  return document ? std::move(*document) : Document{};
}

const std::string kTask = R"("task": {"test": {"type": "idle", "spec": {}}})";

std::string job(const std::string& members, int schema = 3) {
  return R"({"schema": )" + std::to_string(schema) + R"(, "jobs": [{)" + kTask +
         (members.empty() ? "" : ", " + members) + "}]}";
}

TEST(BatchDocument, AJobHasDefaults) {
  const auto document = document_of(R"({"jobs": [{"task": 1}]})");
  ASSERT_EQ(document.jobs.size(), 1u);
  const Job& job = document.jobs[0];
  EXPECT_EQ(job.label, "job[0]");
  EXPECT_TRUE(job.enabled);
  EXPECT_EQ(job.iterations, 1);
  EXPECT_FALSE(job.parallel);
  EXPECT_TRUE(job.sync_start);
  EXPECT_EQ(job.backoff, Duration::zero());
  EXPECT_EQ(job.setup_time, std::chrono::seconds(15));
}

TEST(BatchDocument, ReadsWhatItSays) {
  const auto document = document_of(R"({"schema": 3, "global": {"data": [7]}, "jobs": [
    {"label": "x", "task": {}, "enabled": false, "iterations": 4, "parallel": true, "backoff": "PT1.5S",
     "sync-start": false, "setup-time": "PT1M", "task-transform": {"script": ["a", "b"]},
     "continue-if": {"script": "c", "args": {"n": 1}}}]})");
  const Job& job = document.jobs.at(0);
  EXPECT_EQ(document.global_data, Json::parse("[7]"));
  EXPECT_EQ(job.label, "x");
  EXPECT_FALSE(job.enabled);
  EXPECT_EQ(job.iterations, 4);
  EXPECT_TRUE(job.parallel);
  EXPECT_FALSE(job.sync_start);
  EXPECT_EQ(job.backoff, std::chrono::milliseconds(1500));
  EXPECT_EQ(job.setup_time, std::chrono::minutes(1));
  EXPECT_EQ(job.task_transform->script, "a\nb");
  EXPECT_EQ(job.continue_if->arguments, Json::parse(R"({"n": 1})"));
}

TEST(BatchDocument, AListOfTasksSaysHowOften) {
  EXPECT_EQ(document_of(R"({"jobs": [{"task": [1, 2], "iterations": 5}]})").jobs[0].iterations, 2);
  EXPECT_EQ(document_of(R"({"jobs": [{"task": []}]})").jobs[0].iterations, 0);
}

TEST(BatchDocument, SetupTimeIsKnownInEverySchema) {
  for (const int schema : {1, 2, 3}) {
    EXPECT_THAT(problems_of(job(R"("setup-time": "PT3S")", schema)), ElementsAre());
  }
}

struct Refusal {
  const char* name;
  std::string text;
  std::string at;     // with line and column
  std::string words;  // in the message
};

class BatchDocumentRefuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(BatchDocumentRefuses, WithPlaceAndReason) {
  const auto& refusal = GetParam();
  const auto lines = problems_of(refusal.text);
  ASSERT_EQ(lines.size(), 1u) << ::testing::PrintToString(lines);
  EXPECT_THAT(lines[0], StartsWith("b.json:" + refusal.at));
  EXPECT_THAT(lines[0], HasSubstr(refusal.words));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BatchDocumentRefuses,
    ::testing::Values(
        Refusal{"no_jobs", "{}", "1:1: /: ", "'jobs'"}, Refusal{"no_object", "[]", "1:1: /: ", "object"},
        Refusal{"no_json", "{", " ", "line 1"},
        Refusal{"schema_4", R"({"schema":4,"jobs":[]})", "1:11: /schema: ", "4 is not supported"},
        Refusal{"schema_text", R"({"schema":"1","jobs":[]})", "1:11: /schema: ", "integer"},
        Refusal{"top_member", R"({"jobs":[], "job": 1})", "1:20: /: ", "'job'; did you mean jobs?"},
        Refusal{"global_member", R"({"jobs":[], "global": {"x": 1}})", "1:29: /global: ", "'x'"},
        Refusal{"jobs_no_array", R"({"jobs": {}})", "1:10: /jobs: ", "array"},
        Refusal{"job_no_object", R"({"jobs": [3]})", "1:11: /jobs/0: ", "object"},
        Refusal{"no_task", R"({"jobs": [{}]})", "1:11: /jobs/0: ", "'task'"},
        Refusal{"job_member", R"({"jobs": [{"task":1,"extra":1}]})", "1:29: /jobs/0: ", "extra"},
        Refusal{"early_condition", R"({"jobs": [{"task":1,"continue-if":{"script":"true"}}]})",
                "1:35: /jobs/0: ", "from schema 2 on"},
        Refusal{"early_iterations", R"({"schema":2,"jobs": [{"task":1,"iterations":{"script":"1"}}]})",
                "1:45: /jobs/0/iterations: ", "from schema 3 on"},
        Refusal{"zero", R"({"jobs": [{"task":1,"iterations":0}]})",
                "1:34: /jobs/0/iterations: ", "from 1 to"},
        Refusal{"half", R"({"jobs": [{"task":1,"iterations":1.5}]})",
                "1:34: /jobs/0/iterations: ", "integer"},
        Refusal{"many", R"({"jobs": [{"task":1,"iterations":100001}]})",
                "1:34: /jobs/0/iterations: ", "from 1 to"},
        Refusal{"month", R"({"jobs": [{"task":1,"backoff":"P1M"}]})", "1:31: /jobs/0/backoff: ", "P1M"},
        Refusal{"sum_overflows", R"({"jobs": [{"task":1,"backoff":"P900W"}]})",
                "1:31: /jobs/0/backoff: ", "year"},
        Refusal{"flag", R"({"jobs": [{"task":1,"parallel":1}]})",
                "1:32: /jobs/0/parallel: ", "true or false"},
        Refusal{"label", R"({"jobs": [{"task":1,"label":1}]})", "1:29: /jobs/0/label: ", "string"},
        Refusal{"no_script", R"({"jobs": [{"task":1,"task-transform":{}}]})",
                "1:38: /jobs/0/task-transform: ", "'script'"},
        Refusal{"script", R"({"jobs": [{"task":1,"task-transform":{"script":[1]}}]})",
                "1:48: /jobs/0/task-transform/script: ", "array of strings"},
        Refusal{"raw_condition",
                R"({"schema":2,"jobs": [{"task":1,"continue-if":{"script":"true","output-raw":true}}]})",
                "1:76: /jobs/0/continue-if/output-raw: ", "text"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(BatchDocument, TellsAllThatIsWrongInTheOrderOfTheText) {
  const auto lines = problems_of(R"({"schema": 1, "global": 3,
    "jobs": [{"iterations": 0, "task": 1},
             {"task": 1, "backoff": 5}]})");
  EXPECT_THAT(lines, ElementsAre(StartsWith("b.json:1:25: /global: "),
                                 StartsWith("b.json:2:29: /jobs/0/iterations: "),
                                 StartsWith("b.json:3:37: /jobs/1/backoff: ")));
}

TEST(BatchDocument, CommentsAreForFilesAlone) {
  const std::string text = R"({"#": "a comment", "jobs": []})";
  EXPECT_THAT(problems_of(text), ElementsAre());
  EXPECT_THAT(problems_of(text, json::Comments::keep), ElementsAre(HasSubstr("unexpected property '#'")));
}

}  // namespace
}  // namespace pscheduler::batch
