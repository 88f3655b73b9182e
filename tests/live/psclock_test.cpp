// psclock against real HTTPS servers with self-signed certificates.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "live/https_node.hpp"
#include "live/tool_run.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {
namespace {

using test::HttpsNode;
using test::kClasses;
using testing::HasSubstr;

constexpr const char* kClockPath = "/pscheduler/clock";

Json compared(const Json& spec) {
  return test::measured("psclock", test::run_input("clock", spec, "PT6S"));
}

TEST(Psclock, ComparesTwoNodes) {
  const HttpsNode here(
      "127.0.0.1", kClockPath,
      R"({"time":"2026-03-04T10:15:00.000000-05:00","synchronized":true,"source":"chrony","offset":1e-5})");
  const HttpsNode there("127.0.0.1", kClockPath,
                        R"({"time":"2026-03-04T15:15:01.250000+00:00","synchronized":false,"extra":1})");
  const auto result = compared({{"source", here.address()}, {"dest", there.address()}});
  EXPECT_EQ(result["succeeded"], true) << result;
  EXPECT_EQ(result["difference"], "PT1.25S");
  EXPECT_EQ(result["local"]["source"], "chrony");
  EXPECT_EQ(result["remote"],
            Json::parse(R"({"time":"2026-03-04T15:15:01.250000+00:00","synchronized":false})"));
  const Json shown = {{"spec", {{"dest", "x"}}}, {"result", result}};
  const auto text = test::run_method(kClasses / "test/clock/result-format", shown.dump());
  EXPECT_THAT(text.output, HasSubstr("Difference ... PT1.25S"));
}

TEST(Psclock, NamesEachNodeThatDoesNotAnswer) {
  const HttpsNode odd("127.0.0.1", kClockPath, "no clock here");
  const auto result = compared({{"source", odd.address()}, {"dest", "127.0.0.1:1"}, {"timeout", "PT2S"}});
  EXPECT_EQ(result["succeeded"], false);
  EXPECT_THAT(result["error"].get<std::string>(),
              HasSubstr(odd.address() + " did not answer with a clock: no clock"));
  EXPECT_THAT(result["error"].get<std::string>(), HasSubstr("127.0.0.1:1: "));
}

}  // namespace
}  // namespace pscheduler::plugins
