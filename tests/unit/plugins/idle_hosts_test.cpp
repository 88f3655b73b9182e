// The test idle with several hosts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "native_catalogue.hpp"
#include "pscheduler/plugin_sdk/dispatcher.hpp"

namespace pscheduler::plugins {
namespace {

const Json kSpec =
    Json::parse(R"({"schema":2,"duration":"PT0.05S","host":["a.example","b.example","c.example"]})");

Json merged(std::string tool, const Json& results) {
  sdk::Dispatcher dispatcher(native_catalogue());
  const Json input = {{"test", {{"type", "idle"}, {"spec", kSpec}}}, {"results", results}};
  return *dispatcher.call_text({"tool", std::move(tool), "merged-results", {}}, input.dump()).document;
}

TEST(IdleHosts, ThatFailedAreNamed) {
  const Json slept = {{"succeeded", true}, {"result", {{"time-slept", "PT0.05S"}}}};
  const Json failed = {{"succeeded", false}, {"error", "It woke up."}};
  for (const auto* tool : {"snooze", "sleep"}) {
    const auto result = merged(tool, {slept, failed, nullptr});
    EXPECT_EQ(result["succeeded"], false);
    EXPECT_EQ(result["error"],
              "b.example: It woke up.\nc.example: The participant that measured gave no result.");
    EXPECT_EQ(merged(tool, {failed, slept, slept})["error"], "a.example: It woke up.");
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
