// `pscheduler explain`: the story of a run and of a task.

#include <gmock/gmock.h>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/schedule/recurrence_text.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kRoot = "https://ps.example.org/pscheduler/";
const std::string kTaskId = "3f0c1a52-6a0e-4c0b-9b0c-0d8c8b1f7a10";
const std::string kTask = kRoot + "tasks/" + kTaskId;
const std::string kRun = kTask + "/runs/91b71a52-6a0e-4c0b-9b0c-000000000001";

const std::string kHour = "start=2030-05-01T11%3A00%3A00Z&end=2030-05-01T13%3A00%3A00Z&task=";
const std::string kDay = "start=2030-04-30T12%3A00%3A00Z&end=2030-05-02T12%3A00%3A00Z&task=";

class Explain : public ::testing::Test {
 protected:
  Explain() {
    task_ = {{"test", {{"type", "throughput"}}},
             {"tool", "iperf3"},
             {"schedule", {{"repeat", "PT1H"}, {"slip", "PT5M"}, {"max-runs", 24}}},
             {"detail",
              {{"added", "2030-05-01T11:00:00Z"},
               {"duration", "PT30S"},
               {"runs", 3},
               {"runs-started", 2},
               {"enabled", true},
               {"anytime", false},
               {"exclusive", true},
               {"multi-result", false},
               {"participants", {"ps.example.org", "far.example.org"}},
               {"cli", {"--dest", "far.example.org"}},
               {"hints", {{"requester", "192.0.2.7"}}}}}};
    run_ = {{"href", kRun},
            {"state", "nonstart"},
            {"state-display", "Non-Starter"},
            {"added", "2030-05-01T11:00:01Z"},
            {"start-time", "2030-05-01T12:00:00Z"},
            {"end-time", "2030-05-01T12:00:30Z"},
            {"participant", 0},
            {"participants", {"ps.example.org"}},
            {"errors", "throughput of 192.0.2.9 runs until 12:10:00."},
            {"priority", 5}};
  }

  int explain(const std::string& url) {
    bench_.server.on("GET " + kTask + "?detail=True", task_.dump());
    bench_.server.on("GET " + kRun, run_.dump());
    return explain_command(bench_.context, {url});
  }
  std::string out() { return bench_.out.str(); }

  testing::Bench bench_;
  Json task_;
  Json run_;
};

TEST_F(Explain, TellsWhatWasAskedAndWhatStoodInTheWay) {
  run_["history"] = Json::array({{{"time", "2030-05-01T11:00:01Z"},
                                  {"from", nullptr},
                                  {"to", "nonstart"},
                                  {"reason", "No room until 12:05:00"},
                                  {"actor", "scheduler"}}});
  EXPECT_EQ(explain(kRun), 0) << bench_.err.str();
  EXPECT_EQ(out(),
            "Asked for: throughput --dest far.example.org\n"
            "When: every PT1H, at most 24 times, as soon as possible, up to PT5M late\n"
            "Posted: 2030-05-01T11:00:00Z from 192.0.2.7\n"
            "Measured by: iperf3 on ps.example.org and far.example.org, alone on the host, in\n"
            "    slots of PT30S\n"
            "So far: 3 runs planned, 2 started\n"
            "\n"
            "Run: " +
                kRun +
                "\n"
                "Tried to plan: 2030-05-01T11:00:01Z for 2030-05-01T12:00:00Z to\n"
                "    2030-05-01T12:00:30Z at priority 5\n"
                "State: Non-Starter, could not be put on the schedule\n"
                "What stood in its way: throughput of 192.0.2.9 runs until 12:10:00.\n"
                "\n"
                "What happened:\n"
                "  2030-05-01T11:00:01Z Non-Starter: No room until 12:05:00 (scheduler)\n");
}

TEST_F(Explain, TellsEachStepOfARunThatFailed) {
  run_["state"] = "failed";
  run_["errors"] = nullptr;
  run_["result-merged"] = {{"succeeded", false}, {"error", "unable to connect"}};
  run_["archivings"] = Json::array({{{"archived", true}}, {{"archived", false}}});
  run_["history"] = Json::array();
  for (const auto* state : {"pending", "running", "cleanup", "failed"}) {
    run_["history"].push_back(
        {{"time", "T"}, {"to", state}, {"reason", std::string("why ") + state}, {"actor", "runner"}});
  }
  EXPECT_EQ(explain(kRun), 0);
  EXPECT_THAT(out(), HasSubstr("State: Failed, ran without success\n"));
  EXPECT_THAT(out(), HasSubstr("  T Pending: why pending (runner)\n  T Running: why running (runner)\n"
                               "  T Cleanup: why cleanup (runner)\n  T Failed: why failed (runner)\n"));
  EXPECT_THAT(out(), HasSubstr("unable to connect"));
  EXPECT_THAT(out(), HasSubstr("Archived to 1 of 2 places"));
}

TEST_F(Explain, AParticipantSaysWhereTheResultIs) {
  run_["state"] = "finished";
  run_["participant"] = 1;
  run_["participants"] = {"lead.example.org:8443", "ps.example.org"};
  run_["href"] = kRun;
  run_["errors"] = "tool: odd";
  run_["result-merged"] = nullptr;
  EXPECT_EQ(explain(kRun), 0);
  EXPECT_THAT(out(), Not(HasSubstr("no result")));
  EXPECT_THAT(out(), HasSubstr("What the tool said here:\n  tool: odd\n"));
  EXPECT_THAT(out(),
              ::testing::EndsWith("The lead of the task has the result:\n"
                                  "  pscheduler explain https://lead.example.org:8443/pscheduler/tasks/" +
                                  kTaskId + "/runs/91b71a52-6a0e-4c0b-9b0c-000000000001\n"));
}

TEST_F(Explain, ATaskTellsWhyARunFailedThoughTheScheduleDoesNot) {
  run_["state"] = "failed";
  run_["errors"] = nullptr;
  run_["result-merged"] = {{"succeeded", false}, {"error", "unable to connect\nto anything"}};
  const Json entry = {{"start-time", "2030-05-01T11:30:00Z"},
                      {"state", "failed"},
                      {"state-display", "Failed"},
                      {"errors", nullptr},
                      {"href", kRun}};
  const std::string everywhere = "GET " + kRoot + "schedule?task=" + kTaskId;
  for (const auto& range : {kHour, kDay})
    bench_.server.on("GET " + kRoot + "schedule?" + range + kTaskId, "[]");
  bench_.server.on(everywhere, Json::array({entry}).dump());
  EXPECT_EQ(explain(kTask), 0);
  EXPECT_THAT(out(), HasSubstr("2030-05-01T11:30:00Z  Failed       unable to connect\n"));
}

TEST_F(Explain, ATaskTellsOfAFailedRunWhichHostHasNotDelivered) {
  const Json entry = {
      {"start-time", "2030-05-01T11:30:00Z"},
      {"state", "failed"},
      {"state-display", "Failed"},
      {"errors", "Not all have measured.\nsome more\nb cannot be reached: Connection refused\n"},
      {"href", kRun}};
  for (const auto& range : {kHour, kDay})
    bench_.server.on("GET " + kRoot + "schedule?" + range + kTaskId, "[]");
  bench_.server.on("GET " + kRoot + "schedule?task=" + kTaskId, Json::array({entry}).dump());
  EXPECT_EQ(explain(kTask), 0);
  EXPECT_THAT(out(), HasSubstr("  Failed\n    Not all have measured. ... b cannot be reached: Connection"));
}

TEST_F(Explain, SaysSoWhenAServerKeepsNoHistory) {
  EXPECT_EQ(explain(kRun), 0);
  EXPECT_THAT(out(), HasSubstr("The server does not tell how it came to that."));
}

std::string entries(int past, int future) {
  Json list = Json::array();
  for (int i = 0; i < past + future; ++i) {
    const bool ahead = i >= past;
    list.push_back({{"start-time", fmt::format("2030-05-01T{}:{:02}:00Z", ahead ? 12 : 11, i % 59 + 1)},
                    {"end-time", "2030-05-01T13:00:00Z"},
                    {"state", ahead ? "pending" : "missed"},
                    {"state-display", ahead ? "Pending" : "Missed"},
                    {"errors", ahead ? Json() : Json("The host was paused\nfor long")},
                    {"href", kTask + "/runs/" + std::to_string(i)}});
  }
  return list.dump();
}

TEST_F(Explain, ATaskIsShownWithItsLatestRunsOnly) {
  bench_.server.on("GET " + kRoot + "schedule?" + kHour + kTaskId, entries(30, 20));
  EXPECT_EQ(explain(kTask), 0) << bench_.err.str();
  EXPECT_THAT(out(),
              HasSubstr("(earlier ones: pscheduler schedule --task " + kTask + ")\n  2030-05-01T11:21:00Z"));
  EXPECT_THAT(
      out(),
      HasSubstr("2030-05-01T11:30:00Z  Missed       The host was paused\n  2030-05-01T12:31:00Z  Pending\n"));
  EXPECT_THAT(out(), HasSubstr("(15 or more later ones are planned)"));
  EXPECT_THAT(out(), HasSubstr("More about the latest: pscheduler explain " + kTask + "/runs/29\n"));
  EXPECT_THAT(bench_.server.log, ::testing::SizeIs(2)) << "an hour was enough";
}

TEST_F(Explain, RunsOfALongAgoAreFoundToo) {
  bench_.server.on("GET " + kRoot + "schedule?" + kHour + kTaskId, "[]");
  bench_.server.on("GET " + kRoot + "schedule?" + kDay + kTaskId, entries(1, 0));
  bench_.server.on("GET " + kRoot + "schedule?task=" + kTaskId, entries(2, 0));
  EXPECT_EQ(explain(kTask), 0);
  EXPECT_THAT(out(), Not(HasSubstr("earlier ones")));
  EXPECT_THAT(out(), HasSubstr("2030-05-01T11:01:00Z"));
  EXPECT_THAT(out(), HasSubstr("2030-05-01T11:02:00Z"));
}

TEST_F(Explain, RefusesWhatIsNoUrlOfARunOrTask) {
  EXPECT_EQ(explain("https://ps.example.org/"), 1);
  EXPECT_EQ(explain_command(bench_.context, {}), 1);
  EXPECT_THAT(bench_.server.log, IsEmpty());
  bench_.server.answer_instead("GET " + kTask + "?detail=True", Reply{404, "", true});
  EXPECT_EQ(explain_command(bench_.context, {kTask}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("There is no " + kTask));
}

struct RecurrenceCase {
  std::string name;
  std::string schedule;
  std::string text;
};

class RecurrenceText : public ::testing::TestWithParam<RecurrenceCase> {};

TEST_P(RecurrenceText, SaysTheScheduleInWords) {
  EXPECT_EQ(recurrence_text(Json::parse(GetParam().schedule)), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Schedules, RecurrenceText,
    ::testing::Values(
        RecurrenceCase{"nothing", "{}", "once, as soon as possible, on time or not at all"},
        RecurrenceCase{"relative", R"({"start":"PT5M","slip":"PT1M"})",
                       "once, from PT5M after it was posted, up to PT1M late"},
        RecurrenceCase{"round", R"({"start":"@PT1H","slip":"PT0S","repeat":"PT1H"})",
                       "every PT1H, from the next multiple of PT1H, on time or not at all"},
        RecurrenceCase{
            "random", R"({"repeat":"PT1H","max-runs":1,"slip":"PT9M","sliprand":true})",
            "every PT1H, at most 1 time, as soon as possible, at a random moment up to PT9M later"},
        RecurrenceCase{"both", R"({"repeat":"P1D","repeat-cron":"0 6 * * 1","until":"2031-01-01T00:00:00Z"})",
                       "every P1D, and at \"0 6 * * 1\" (cron), until 2031-01-01T00:00:00Z, as soon as "
                       "possible, on time or not at all"}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace pscheduler::cli
