// `pscheduler schedule --dry-run`: when a task would run.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/schedule/forecast.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kRoot = "https://here.example.org/pscheduler/";
const std::string kRuns =
    kRoot + "tasks/3f0c1a52-6a0e-4c0b-9b0c-0d8c8b1f7a10/runs/91b71a52-6a0e-4c0b-9b0c-00000000000";

Json run(int number, const std::string& type, const std::string& state, const std::string& start,
         const std::string& end) {
  return {{"href", kRuns + std::to_string(number)},    {"state", state},
          {"start-time", "2030-05-01T" + start + "Z"}, {"end-time", "2030-05-01T" + end + "Z"},
          {"task", {{"test", {{"type", type}}}}},      {"cli", Json::array()}};
}

class DryRun : public ::testing::Test {
 protected:
  DryRun() {
    auto& server = bench_.server;
    server.on("GET " + kRoot, "\"This is pScheduler\"");
    for (const std::string type : {"idle", "idleex"}) {
      server.on("GET " + kRoot + "tests/" + type + "/spec?args=%5B%22-d%22%2C%22PT10S%22%5D",
                R"({"schema":1,"duration":"PT10S"})");
      server.on("GET " + kRoot + "tests/" + type +
                    "/participants?spec=%7B%22duration%22%3A%22PT10S%22%2C%22schema%22%3A1%7D",
                R"({"participants":[null]})");
      answer_tools(type, R"([{"tool":{"name":"sleep"},"can-run":{"can-run":false,"reasons":["Too short."]}},
                             {"tool":{"name":"snooze"},"can-run":{"can-run":true},"duration":"PT11S"}])");
    }
    server.on("GET " + kRoot + "clock", R"({"time":"2030-05-01T12:00:30.000000+00:00","synchronized":true})");
    server.on("GET " + kRoot + "schedule-horizon", "\"P1D\"");
    server.on(
        "GET " + kRoot + "tests?expanded=True",
        R"([{"name":"idle","scheduling-class":"background"},{"name":"idleex","scheduling-class":"exclusive"},
                  {"name":"rtt","scheduling-class":"background"}])");
  }

  void answer_tools(const std::string& type, const std::string& offers) {
    bench_.server.answer_instead(
        "GET " + kRoot +
            "tools?test=%7B%22spec%22%3A%7B%22duration%22%3A%22PT10S%22%2C%22schema%22"
            "%3A1%7D%2C%22type%22%3A%22" +
            type + "%22%7D&api=6&duration=True",
        Reply{200, offers, true});
  }

  int dry_run(Words words, const std::string& type = "idle") {
    words.insert(words.begin(), "--dry-run");
    for (const auto* word : {type.c_str(), "-d", "PT10S"}) words.emplace_back(word);
    return schedule_command(bench_.context, words);
  }
  std::string out() { return bench_.out.str(); }

  testing::Bench bench_;
};

TEST_F(DryRun, ListsTheNextStartsAndPostsNothing) {
  EXPECT_EQ(dry_run({"--start", "@PT1H", "--repeat", "PT1H", "--max-runs", "3"}), 0) << bench_.err.str();
  EXPECT_EQ(out(),
            "idle -d PT10S on here.example.org: every PT1H, at most 3 times, from the next\n"
            "  multiple of PT1H, up to PT5M late.\n"
            "Each run takes PT11S with the tool snooze.\n"
            "Nothing was posted.\n\n"
            "2030-05-01T13:00:00Z\n2030-05-01T14:00:00Z\n2030-05-01T15:00:00Z\n");
  EXPECT_THAT(bench_.server.log, Each(StartsWith("GET ")));
  EXPECT_THAT(bench_.server.log, Each(Not(HasSubstr("/schedule?")))) << "background runs at any time";
}

TEST_F(DryRun, ShowsAsManyAsWanted) {
  EXPECT_EQ(schedule_command(bench_.context,
                             {"--count", "2", "--dry-run", "--repeat", "PT1M", "idle", "-d", "PT10S"}),
            0);
  EXPECT_THAT(out(), EndsWith("\n\n2030-05-01T12:00:30Z\n2030-05-01T12:01:30Z\n...\n"));
}

TEST_F(DryRun, SaysWhatIsTakenAndWhatBecomesOfIt) {
  bench_.server.on("GET " + kRoot + "schedule?start=2030-05-01T13%3A00%3A00Z&end=2030-05-01T16%3A01%3A11Z",
                   Json::array({run(1, "idleex", "pending", "13:00:00", "13:00:30"),
                                run(2, "idleex", "pending", "14:00:00", "14:05:00"),
                                run(3, "idleex", "missed", "15:00:00", "15:05:00"),
                                run(4, "rtt", "pending", "15:00:00", "15:05:00")})
                       .dump());
  EXPECT_EQ(dry_run({"--start", "@PT1H", "--repeat", "PT1H", "--max-runs", "4", "--slip", "PT1M"}, "idleex"),
            0)
      << bench_.err.str();
  EXPECT_THAT(out(),
              EndsWith("\n\n2030-05-01T13:00:00Z  taken until 2030-05-01T13:00:30Z by idleex " + kRuns +
                       "1; starts 2030-05-01T13:00:30Z\n"
                       "2030-05-01T14:00:00Z  taken until 2030-05-01T14:05:00Z by idleex " +
                       kRuns +
                       "2; no room within the slip of PT1M, so it would not start\n"
                       "2030-05-01T15:00:00Z\n2030-05-01T16:00:00Z\n"));
}

TEST_F(DryRun, WhatLiesBeyondTheHorizonIsSaidToBeOpen) {
  bench_.server.on("GET " + kRoot + "schedule?start=2030-05-01T13%3A00%3A00Z&end=2030-05-02T12%3A00%3A30Z",
                   "[]");
  EXPECT_EQ(dry_run({"--start", "@PT1H", "--repeat", "P1D", "--max-runs", "2"}, "idleex"), 0)
      << bench_.err.str();
  EXPECT_THAT(out(),
              EndsWith("\n2030-05-01T13:00:00Z\n2030-05-02T13:00:00Z  beyond what is planned yet (P1D)\n"));
}

TEST_F(DryRun, RunsFollowEachOtherNoFasterThanTheirToolIs) {
  EXPECT_EQ(dry_run({"--repeat", "PT1S", "--max-runs", "2"}), 0) << bench_.err.str();
  EXPECT_THAT(out(), EndsWith("\n2030-05-01T12:00:30Z\n2030-05-01T12:00:41Z\n"));
}

TEST_F(DryRun, SaysWhatItAssumesOfServersThatTellLess) {
  answer_tools("idle", R"([{"name":"sleep"}])");
  EXPECT_EQ(dry_run({}), 0) << bench_.err.str();
  EXPECT_THAT(out(),
              HasSubstr("Each run is assumed to take PT10S: here.example.org does not tell how long its\n"
                        "  tool sleep takes.\n"));
}

TEST_F(DryRun, TellsWhyNoToolWouldTakeIt) {
  EXPECT_EQ(dry_run({"--tool", "sleep"}), 1);
  EXPECT_EQ(bench_.err.str(),
            "No tool on here.example.org would take this task, of sleep\n  sleep: Too short.\n");
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(DryRun, RefusesWhatTheServerWould) {
  EXPECT_EQ(dry_run({"--repeat", "PT0S"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("repeat"));
  EXPECT_EQ(dry_run({"--repeat-cron", "0 0 30 2 *"}), 1);
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(DryRun, TakesNoOptionsOfTheOtherKind) {
  EXPECT_EQ(schedule_command(bench_.context, {"--verbose", "--dry-run", "idle"}), 1);
  EXPECT_EQ(schedule_command(bench_.context, {"--count", "0", "--dry-run", "idle"}), 1);
  EXPECT_EQ(schedule_command(bench_.context, {"--dry-run"}), 1);
  EXPECT_EQ(schedule_command(bench_.context, {"--dry-run", "--bogus", "idle"}), 2);
  EXPECT_THAT(bench_.server.log, IsEmpty());
}

TEST(Obstacles, HigherPriorityTakesWhatIsTaken) {
  const Instant at = std::chrono::sys_days(std::chrono::year(2030) / 5 / 1) + 12h;
  const std::vector<TakenTime> taken{{kRuns + "1", "idleex", SchedulingClass::exclusive, 3, {at, at + 1min}}};
  PlannedRun run{SchedulingClass::normal, 10s, 5s, std::nullopt};
  EXPECT_THAT(obstacles({at}, run, taken).at(0), HasSubstr("would not start"));
  run.priority = 3;
  EXPECT_THAT(obstacles({at}, run, taken).at(0), HasSubstr("would not start"));
  run.priority = 4;
  EXPECT_THAT(obstacles({at}, run, taken).at(0), IsEmpty());
}

}  // namespace
}  // namespace pscheduler::cli
