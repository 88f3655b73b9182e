// The test idle with several hosts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "native_catalogue.hpp"
#include "pscheduler/plugin_sdk/dispatcher.hpp"
#include "unit/plugins/tool_run.hpp"

namespace pscheduler::plugins {
namespace {

using test::merged;
using test::run_input;
using test::run_together;

const Json kSpec =
    Json::parse(R"({"schema":2,"duration":"PT0.05S","host":["a.example","b.example","c.example"]})");

TEST(IdleHosts, AllSleepAndTheFirstSaysHowLong) {
  std::vector<Json> inputs;
  const Json nothing = {Json::object(), Json::object(), Json::object()};
  for (const int participant : {0, 1, 2})
    inputs.push_back(run_input("idle", kSpec, "PT1S", participant, nothing));
  const auto results = run_together("snooze", inputs);
  for (const auto& result : results) EXPECT_EQ(result["result"]["time-slept"], "PT0.05S") << result;
  EXPECT_EQ(merged("snooze", inputs[0]["test"], results),
            Json::parse(R"({"schema":1,"succeeded":true,"duration":"PT0.05S"})"));
}

TEST(IdleHosts, ThatFailedAreNamed) {
  const Json test = {{"type", "idle"}, {"spec", kSpec}};
  const Json slept = {{"succeeded", true}, {"result", {{"time-slept", "PT0.05S"}}}};
  const Json failed = {{"succeeded", false}, {"error", "It woke up."}};
  for (const auto* tool : {"snooze", "sleep"}) {
    const auto result = merged(tool, test, {slept, failed, nullptr});
    EXPECT_EQ(result["succeeded"], false);
    EXPECT_EQ(result["error"],
              "b.example: It woke up.\nc.example: The participant that measured gave no result.");
    EXPECT_EQ(merged(tool, test, {failed, slept, slept})["error"], "a.example: It woke up.");
  }
}

TEST(IdleHosts, MayBeNamedOnce) {
  sdk::Dispatcher dispatcher(native_catalogue());
  const auto answer =
      dispatcher.call_text({"test", "idle", "spec-is-valid", {}},
                           R"({"schema":2,"duration":"PT1S","host":["a.example","b","A.example"]})");
  EXPECT_EQ(answer.document->value("error", ""),
            "At /host: A.example is there twice; a host can idle once at a time, so name it once.");
}

TEST(IdleHosts, AreShownWithTheResult) {
  sdk::Dispatcher dispatcher(native_catalogue());
  const Json shown = {{"spec", kSpec}, {"result", {{"succeeded", true}, {"duration", "PT5S"}}}};
  EXPECT_EQ(dispatcher.call_text({"test", "idle", "result-format", {}}, shown.dump()).text,
            "Idled for 5 seconds on a.example, b.example, c.example");
}

}  // namespace
}  // namespace pscheduler::plugins
