#include "cli/task_document.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using ::testing::HasSubstr;

class TaskDocument : public ::testing::Test {
 protected:
  Result<Json> build(const Words& words) {
    auto line = parse_options(task_syntax(), words);
    if (!line) return fail(line.error());
    const auto order = check_task_options(bench_.context, std::move(*line));
    if (!order) return fail(order.error());
    return build_task(bench_.context, *order);
  }

  Json built(const Words& words) {
    const auto task = build(words);
    if (!task) ADD_FAILURE() << task.error().message;
    return task.value_or(Json());
  }

  std::string refused(const Words& words) {
    const auto task = build(words);
    return task ? "accepted: " + task->dump() : task.error().message;
  }

  Json imported(const std::string& document, Words words) {
    bench_.in.clear();
    bench_.in.str(document);
    words.insert(words.begin(), {"--import", "-"});
    return built(words);
  }

  testing::Bench bench_;
};

TEST_F(TaskDocument, ATypedTaskGetsTheDefaultSlipAndAnImportedOrExportedOneDoesNot) {
  EXPECT_EQ(built({"idle"}), Json::parse(R"({"schedule":{"slip":"PT5M"},"test":{"type":"idle","spec":{}}})"));
  EXPECT_EQ(built({"--export", "idle"})["schedule"], Json::object());
  EXPECT_EQ(imported(R"({"test":{"type":"rtt","spec":{"dest":"h"}}})", {})["schedule"], Json::object());
  bench_.environment.variables["PSCHEDULER_SLIP"] = "PT9M";
  EXPECT_EQ(built({"idle"})["schedule"]["slip"], "PT9M");
  EXPECT_EQ(built({"--slip", "PT1M", "idle"})["schedule"]["slip"], "PT1M");
}

TEST_F(TaskDocument, EveryOptionHasItsMember) {
  const auto task = built({"--archive",
                           R"({"archiver":"syslog","data":{}})",
                           "--archive",
                           R"({"archiver":"bitbucket","data":1})",
                           "--keep-after-archive",
                           "PT1H",
                           "--context",
                           R"({"contexts":[[]]})",
                           "--key",
                           "secret",
                           "--reference",
                           R"({"a":[1]})",
                           "--tool",
                           "ping",
                           "--tool",
                           "tcpping",
                           "--priority",
                           "-3",
                           "--max-runs",
                           "7",
                           "--repeat",
                           "PT1H",
                           "--repeat-cron",
                           "0 * * * *",
                           "--sliprand",
                           "--start",
                           "2030-06-01T00:00:00Z",
                           "--until",
                           "2031-01-01T00:00:00+05:30",
                           "--lead-bind",
                           "192.0.2.1",
                           "--debug-pscheduler",
                           "rtt"});
  EXPECT_EQ(task, Json::parse(R"({
    "schema": 5, "priority": -3, "_key": "secret", "reference": {"a": [1]}, "tools": ["ping", "tcpping"],
    "archives": [{"archiver": "syslog", "data": {}}, {"archiver": "bitbucket", "data": 1}],
    "contexts": {"contexts": [[]]}, "keep-after-archive": "PT1H", "lead-bind": "192.0.2.1", "debug": true,
    "schedule": {"schema": 2, "max-runs": 7, "repeat": "PT1H", "repeat-cron": "0 * * * *", "slip": "PT5M",
                 "sliprand": true, "start": "2030-06-01T00:00:00Z", "until": "2031-01-01T00:00:00+05:30"},
    "test": {"type": "rtt", "spec": {}}})"));
}

TEST_F(TaskDocument, TheSchemaIsTheLowestThatFitsAndIsNeverLowered) {
  EXPECT_FALSE(built({"idle"}).contains("schema"));
  EXPECT_EQ(built({"--context", "{}", "idle"})["schema"], 2);
  EXPECT_EQ(built({"--priority", "4", "idle"})["schema"], 3);
  EXPECT_EQ(built({"--debug-pscheduler", "idle"})["schema"], 4);
  EXPECT_EQ(built({"--keep-after-archive", "PT1S", "idle"})["schema"], 5);
  const auto kept =
      imported(R"({"schema":4,"debug":true,"test":{"type":"idle","spec":{}}})", {"--priority", "2"});
  EXPECT_EQ(kept["schema"], 4);
}

TEST_F(TaskDocument, PriorityComesFromTheEnvironmentWhenNobodySaysOtherwise) {
  bench_.environment.variables["PSCHEDULER_PRIORITY"] = "12";
  EXPECT_EQ(built({"idle"})["priority"], 12);
  EXPECT_EQ(built({"--priority", "3", "idle"})["priority"], 3);
  EXPECT_EQ(imported(R"({"schema":3,"priority":8,"test":{"type":"idle","spec":{}}})", {})["priority"], 8);
  bench_.environment.variables["PSCHEDULER_PRIORITY"] = "x";
  EXPECT_THAT(refused({"--export", "idle"}), HasSubstr("PSCHEDULER_PRIORITY is \"x\""));
}

TEST_F(TaskDocument, ATimeWithoutOffsetIsTheUsers) {
  bench_.environment.variables["TZ"] = "America/New_York";
  const auto schedule =
      built({"--start", "2030-07-01T12:00:00", "--until", "2030-12-01T12:00", "idle"})["schedule"];
  EXPECT_EQ(schedule["start"], "2030-07-01T12:00:00-04:00");
  EXPECT_EQ(schedule["until"], "2030-12-01T12:00-05:00");
}

struct TimeCase {
  std::string name;
  std::string option;
  std::string given;
  std::string sent;
  std::string exported;
};

class TimesToCome : public TaskDocument, public ::testing::WithParamInterface<TimeCase> {};

// Every server knows relative starts, and resolves them when the task is posted; relative ends only newer
// ones.
TEST_P(TimesToCome, AreSentAsServersUnderstandThem) {
  const auto& tested = GetParam();
  const auto member = tested.option.substr(2);
  EXPECT_EQ(built({tested.option, tested.given, "idle"})["schedule"][member], tested.sent);
  EXPECT_EQ(built({"--export", tested.option, tested.given, "idle"})["schedule"][member], tested.exported);
}

INSTANTIATE_TEST_SUITE_P(
    TaskDocument, TimesToCome,
    ::testing::Values(TimeCase{"start_in", "--start", "PT5M", "PT5M", "PT5M"},
                      TimeCase{"start_now", "--start", "PT0S", "PT0S", "PT0S"},
                      TimeCase{"start_round", "--start", "@PT1H", "@PT1H", "@PT1H"},
                      TimeCase{"until_in", "--until", "P1D", "2030-05-02T12:00:00Z", "P1D"},
                      TimeCase{"until_round", "--until", "@P1D", "2030-05-02T00:00:00Z", "@P1D"}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(TaskDocument, AnImportCanBeChangedByTestAndByOptions) {
  const std::string document = R"({"#":"comment","test":{"type":"rtt","spec":{"dest":"h","schema":2}},
    "schedule":{"repeat":"PT1H"},"archives":[{"archiver":"syslog","data":{}}]})";
  EXPECT_EQ(imported(document, {}), Json::parse(R"({"test":{"type":"rtt","spec":{"dest":"h","schema":2}},
    "schedule":{"repeat":"PT1H"},"archives":[{"archiver":"syslog","data":{}}]})"));
  EXPECT_EQ(imported(document, {"-", "--count", "3"})["test"]["type"], "rtt");
  EXPECT_EQ(imported(document, {"trace"})["test"],
            Json::parse(R"({"type":"trace","spec":{"dest":"h","schema":2}})"));
  EXPECT_EQ(imported(document, {"--repeat", "PT2H"})["schedule"]["repeat"], "PT2H");
  const auto replaced = imported(document, {"--archive", R"({"archiver":"http","data":2})"});
  EXPECT_EQ(replaced["archives"], Json::parse(R"([{"archiver":"http","data":2}])"));
}

TEST_F(TaskDocument, ConvertedOptionsWinMemberByMemberAndTheHigherSchemaStays) {
  auto task = Json::parse(R"({"test":{"type":"rtt","spec":{"dest":"old","count":3,"schema":3}}})");
  merge_spec(task, Json::parse(R"({"dest":"new","ttl":4,"schema":1})"));
  EXPECT_EQ(task["test"]["spec"], Json::parse(R"({"dest":"new","count":3,"ttl":4,"schema":3})"));
  auto plain = Json::parse(R"({"test":{"type":"rtt","spec":{}}})");
  merge_spec(plain, Json::object());
  EXPECT_EQ(plain["test"]["spec"], Json::parse(R"({"schema":1})"));
}

TEST_F(TaskDocument, ExportsAsATaskAndAsABatch) {
  const auto task = Json::parse(R"({"schedule":{},"test":{"type":"idle","spec":{"duration":"PT2S"}}})");
  EXPECT_EQ(export_text(task, ExportFormat::task),
            "{\n    \"test\": {\n        \"spec\": {\n            \"duration\": \"PT2S\"\n        }, \n"
            "        \"type\": \"idle\"\n    }\n}\n");
  const auto timed = Json::parse(R"({"schedule":{"repeat":"PT1H"},"test":{"type":"idle","spec":{}}})");
  EXPECT_EQ(Json::parse(export_text(timed, ExportFormat::task)), timed);
  EXPECT_EQ(
      Json::parse(export_text(timed, ExportFormat::batch)),
      Json::parse(
          R"({"schema":1,"jobs":[{"label":"Exported idle","task":{"test":{"type":"idle","spec":{}}}}]})"));
}

struct RefusalCase {
  std::string name;
  Words words;
  std::vector<std::string> says;
};

class TaskRefusals : public TaskDocument, public ::testing::WithParamInterface<RefusalCase> {};

TEST_P(TaskRefusals, NameOptionAndValue) {
  const auto message = refused(GetParam().words);
  for (const auto& piece : GetParam().says) EXPECT_THAT(message, HasSubstr(piece));
}

INSTANTIATE_TEST_SUITE_P(
    TaskDocument, TaskRefusals,
    ::testing::Values(
        RefusalCase{"no_runs", {"--max-runs", "0", "idle"}, {"--max-runs 0"}},
        RefusalCase{"plain", {"--format", "plain", "idle"}, {"--format \"plain\"", "text"}},
        RefusalCase{
            "export_format", {"--export", "--export-format", "xml", "idle"}, {"--export-format \"xml\""}},
        RefusalCase{"full_json", {"--full", "--format", "json", "idle"}, {"--full", "json"}},
        RefusalCase{"repeat", {"--repeat", "1h", "idle"}, {"--repeat", "1h"}},
        RefusalCase{"reference", {"--reference", "{a", "idle"}, {"--reference \"{a\""}},
        RefusalCase{"archive", {"--archive", "[1", "idle"}, {"--archive \"[1\""}},
        RefusalCase{"context", {"--context", "[]", "idle"}, {"--context \"[]\""}},
        RefusalCase{"context_schema", {"--context", R"({"schema":2})", "idle"}, {"--context has schema 2"}},
        RefusalCase{
            "no_file", {"--key", "@/no/such/file", "idle"}, {"--key", "/no/such/file", "No such file"}},
        RefusalCase{
            "start_word", {"--start", "noon", "idle"}, {"--start \"noon\" is not a time", "PT5M", "@PT1H"}},
        RefusalCase{"start_years", {"--start", "P1Y", "idle"}, {"--start", "P1Y"}},
        RefusalCase{"start_negative", {"--start", "-PT5M", "idle"}, {"--start \"-PT5M\" is not a time"}},
        RefusalCase{
            "start_date", {"--start", "2031-01-01", "idle"}, {"--start \"2031-01-01\" is not a time"}},
        RefusalCase{"start_past", {"--start", "2029-01-01T00:00:00Z", "idle"}, {"--start", "past"}},
        RefusalCase{"until_past", {"--until", "2029-01-01T00:00:00Z", "idle"}, {"--until", "past"}},
        RefusalCase{"until_interval_of_zero", {"--until", "@PT0S", "idle"}, {"--until", "@PT0S"}},
        RefusalCase{"no_type", {"--key", "x", "-"}, {"No test is named"}},
        RefusalCase{"no_import", {"--import", "/no/such/file"}, {"--import", "/no/such/file"}}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(TaskDocument, AnImportThatIsNoTaskSaysWhere) {
  bench_.in.str(R"({"test":{"type":"rtt","spec":{}},"shedule":{}})");
  EXPECT_THAT(refused({"--import", "-"}), HasSubstr("shedule"));
  bench_.in.clear();
  bench_.in.str("{\n\"test\": oops}");
  EXPECT_THAT(refused({"--import", "-"}), HasSubstr("line 2"));
}

}  // namespace
}  // namespace pscheduler::cli
