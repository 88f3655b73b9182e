// The tools that only sleep or hand data through.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "live/tool_run.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {
namespace {

using test::answer;
using test::kClasses;
using test::measured;
using test::merged;
using test::run_input;
using test::run_method;
using test::run_together;
using testing::HasSubstr;

TEST(Idle, SleepsAndComments) {
  const auto input = run_input(
      "idle", Json::parse(R"({"duration":"PT0.05S","starting-comment":"in","parting-comment":"out"})"),
      "PT10S");
  const auto result = answer(kClasses / "tool/snooze/run", input);
  EXPECT_EQ(result["succeeded"], true);
  EXPECT_EQ(result["result"]["time-slept"], "PT0.05S");
  EXPECT_EQ(result["diags"], "in\nout");
  EXPECT_EQ(measured("sleep", input), Json::parse(R"({"schema":1,"succeeded":true,"duration":"PT0.05S"})"));
}

TEST(Idle, DoesNotBeginEarly) {
  auto input = run_input("idle", Json::parse(R"({"duration":"PT0S"})"), "PT10S");
  const auto start = sdk::now() + std::chrono::milliseconds(700);
  input["schedule"]["start"] = format_timestamp_micros(start, Zone::utc());
  EXPECT_EQ(measured("snooze", input)["succeeded"], true);
  EXPECT_GE(sdk::now(), start);
}

TEST(Idlebgm, StreamsARecordAtEveryTick) {
  // Read for two records of many, so that it does not matter how late it starts.
  const auto input = run_input("idlebgm", Json::parse(R"({"duration":"PT1H","interval":"PT0.3S"})"), "PT1H");
  const auto run = (kClasses / "tool/sleepbgm/run").string();
  const auto outcome = run_method("/bin/sh", input.dump(), {"-c", run + " | head -n 2"});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  const auto lines = split(trim_end(outcome.output), '\n');
  ASSERT_EQ(lines.size(), 2u) << outcome.output;
  for (const auto line : lines) {
    ASSERT_EQ(line.front(), '\x1e');
    EXPECT_EQ(Json::parse(line.substr(1)),
              Json::parse(R"({"schema":1,"succeeded":true,"time-slept":"PT0.3S"})"));
  }
}

TEST(Noop, HandsDataThroughOrFails) {
  EXPECT_EQ(measured("passthrough", run_input("noop", Json::parse(R"({"data":{"a":[1,"ü"]}})"), "PT10S")),
            Json::parse(R"({"schema":1,"succeeded":true,"data":{"a":[1,"ü"]}})"));
  const auto failed =
      measured("passthrough", run_input("noop", Json::parse(R"({"data":1,"fail":1})"), "PT10S"));
  EXPECT_EQ(failed["succeeded"], false);
  EXPECT_THAT(failed["error"].get<std::string>(), HasSubstr("\"fail\""));
}

TEST(IdleHosts, AllSleepAndTheFirstSaysHowLong) {
  const Json spec =
      Json::parse(R"({"schema":2,"duration":"PT0.05S","host":["a.example","b.example","c.example"]})");
  std::vector<Json> inputs;
  const Json nothing = {Json::object(), Json::object(), Json::object()};
  for (const int participant : {0, 1, 2})
    inputs.push_back(run_input("idle", spec, "PT1S", participant, nothing));
  const auto results = run_together("snooze", inputs);
  for (const auto& result : results) EXPECT_EQ(result["result"]["time-slept"], "PT0.05S") << result;
  EXPECT_EQ(merged("snooze", inputs[0]["test"], results),
            Json::parse(R"({"schema":1,"succeeded":true,"duration":"PT0.05S"})"));
}

}  // namespace
}  // namespace pscheduler::plugins
