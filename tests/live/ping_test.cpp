// ping and halfping measure on the loopback.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "live/tool_run.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins {
namespace {

using test::kClasses;
using test::measured;
using test::run_method;
using testing::HasSubstr;

Json ping_input(const std::string& type, const std::string& spec) {
  return test::run_input(type, Json::parse(spec), "PT10S");
}

TEST(Ping, MeasuresBothFamilies) {
  for (const auto* dest : {"127.0.0.1", "::1"}) {
    const auto spec = Json{{"dest", dest}, {"count", 2}, {"interval", "PT0.01S"}, {"length", 100}}.dump();
    const auto result = measured("ping", ping_input("rtt", spec));
    EXPECT_EQ(result["succeeded"], true) << result;
    EXPECT_EQ(result["sent"], 2);
    EXPECT_EQ(result["received"], 2);
    EXPECT_EQ(result["loss"], 0.0);
    ASSERT_EQ(result["roundtrips"].size(), 2u);
    EXPECT_EQ(result["roundtrips"][1]["seq"], 2);
    EXPECT_EQ(result["roundtrips"][1]["ip"], dest);
    EXPECT_EQ(result["roundtrips"][1]["length"], 108);
    EXPECT_TRUE(parse_duration(result["mean"].get<std::string>()));
    const Json shown = {{"spec", Json::parse(spec)}, {"result", result}};
    const auto text = run_method(kClasses / "test/rtt/result-format", shown.dump(), {"text/plain"});
    EXPECT_EQ(text.status, 0) << text.errors;
    EXPECT_THAT(text.output, HasSubstr("0% Packet Loss"));
  }
}

TEST(Ping, TakesEveryOptionItCan) {
  const auto result =
      measured("ping", ping_input("rtt", R"({"schema":3,"dest":"::1","source":"::1","count":1,"ttl":9,
      "interval":"PT0.5S","ip-version":6,"flow-label":1234,"suppress-loopback":true,"ip-tos":32,"length":1000,
      "deadline":"PT2S","timeout":"PT1S","hostnames":false,"fragment":false,"protocol":"icmp"})"));
  EXPECT_EQ(result["succeeded"], true) << result;
  EXPECT_EQ(result["received"], 1);
}

TEST(Ping, NamesHosts) {
  const auto input = [](bool hostnames) {
    return ping_input("rtt", Json{{"dest", "127.0.0.1"}, {"count", 1}, {"hostnames", hostnames}}.dump());
  };
  EXPECT_EQ(measured("ping", input(true))["roundtrips"][0]["hostname"], "localhost");
  EXPECT_FALSE(measured("ping", input(false))["roundtrips"][0].contains("hostname"));
}

struct Failing {
  const char* spec;
  const char* error;
};

TEST(Ping, FailsWithPingsOwnReason) {
  for (
      const auto& [spec, error] :
      {Failing{R"({"dest":"no.such.host.invalid"})", "ping: no.such.host.invalid: "},
       Failing{R"({"dest":"127.0.0.1","ttl":70000})", "invalid argument: '70000'"},
       Failing{
           R"({"dest":"127.0.0.1","count":2,"interval":"PT0.01S","length":65000,"fragment":false,"ttl":300})",
           "300"},
       Failing{R"({"dest":"127.0.0.1","source":"::1"})", "no common address family"},
       Failing{R"({"dest":"::1","ip-version":4})", "::1"}}) {
    const auto result = measured("ping", ping_input("rtt", spec));
    EXPECT_EQ(result["succeeded"], false) << result;
    EXPECT_THAT(result.value("error", ""), HasSubstr(error));
  }
}

TEST(Ping, SilenceIsASuccessWithLoss) {
  // Class E addresses are not routed: depending on the system ping says so or waits in vain.
  const auto result =
      measured("ping", ping_input("rtt", R"({"dest":"240.0.0.1","count":1,"timeout":"PT0.1S"})"));
  if (result["succeeded"] == true) {
    EXPECT_EQ(result["loss"], 1.0) << result;
    EXPECT_EQ(result["roundtrips"].size(), 1u) << result;
  } else {
    EXPECT_THAT(result["error"].get<std::string>(), HasSubstr("ping: "));
  }
}

TEST(Halfping, MeasuresBothFamilies) {
  for (const auto* dest : {"127.0.0.1", "::1"}) {
    const auto spec = Json{{"dest", dest}, {"packet-count", 3}, {"packet-interval", 0.01}}.dump();
    const auto result = measured("halfping", ping_input("latency", spec));
    EXPECT_EQ(result["succeeded"], true) << result;
    EXPECT_EQ(result["packets-sent"], 3);
    EXPECT_EQ(result["packets-lost"], 0);
    int counted = 0;
    for (const auto& count : result["histogram-latency"]) counted += count.get<int>();
    EXPECT_EQ(counted, 3) << result;
    const Json shown = {{"spec", Json::parse(spec)}, {"result", result}};
    const auto text = run_method(kClasses / "test/latency/result-format", shown.dump(), {"text/plain"});
    EXPECT_EQ(text.status, 0) << text.errors;
    EXPECT_THAT(text.output, HasSubstr("Packets Received ........ 3 packets"));
    EXPECT_THAT(text.output, HasSubstr("Delay Median ............ "));
  }
}

TEST(Halfping, TakesEveryOptionItCan) {
  const auto result =
      measured("halfping", ping_input("latency", R"({"schema":4,"dest":"::1","source":"::1","packet-count":1,
      "packet-interval":0.5,"packet-timeout":1,"packet-padding":100,"ip-tos":32,"ip-version":6,"protocol":"icmp",
      "bucket-width":0.0001})"));
  EXPECT_EQ(result["succeeded"], true) << result;
  EXPECT_EQ(result["packets-received"], 1);
}

TEST(Halfping, FailsWithPingsOwnReason) {
  for (const auto& [spec, error] :
       {Failing{R"({"dest":"no.such.host.invalid"})", "ping: no.such.host.invalid: "},
        Failing{R"({"dest":"127.0.0.1","packet-padding":65460,"packet-count":1})", "message too long"},
        Failing{R"({"dest":"127.0.0.1","source":"::1"})", "no common address family"}}) {
    const auto result = measured("halfping", ping_input("latency", spec));
    EXPECT_EQ(result["succeeded"], false) << result;
    EXPECT_THAT(result.value("error", ""), HasSubstr(error));
  }
}

}  // namespace
}  // namespace pscheduler::plugins
