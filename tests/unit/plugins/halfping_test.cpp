#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "pscheduler/plugin_sdk/child_program.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "shared/ping_command.hpp"
#include "tool/halfping/latency_with_ping.hpp"

namespace pscheduler::plugins {
namespace {

struct Command {
  std::string_view name;
  std::string_view spec;
  std::string_view command;
};

class HalfpingCommand : public testing::TestWithParam<Command> {};

TEST_P(HalfpingCommand, SendsWhatTheSpecSays) {
  const auto rtt = rtt_spec_for(Json::parse(GetParam().spec));
  const auto times = ping_times(rtt);
  const auto route = find_route(rtt);
  ASSERT_TRUE(times && route);
  EXPECT_EQ(sdk::command_text(ping_words(rtt, *times, *route)), GetParam().command);
}

INSTANTIATE_TEST_SUITE_P(
    Options, HalfpingCommand,
    testing::Values(
        Command{"Defaults", R"({"dest":"192.0.2.1"})", "ping -4 -n -c 5 -i 1 -W 2 -- 192.0.2.1"},
        Command{"Everything",
                R"({"schema":4,"dest":"::1","source":"::1","packet-count":3,"packet-interval":0.25,
                    "packet-timeout":4,"packet-padding":100,"ip-tos":32,"ip-version":6,"bucket-width":0.0001,
                    "protocol":"icmp","source-node":"a","dest-node":"b"})",
                "ping -6 -n -c 3 -i 0.25 -I ::1 -Q 32 -s 156 -W 4 -- ::1"},
        Command{"NoTimeoutIsNotForEver", R"({"dest":"192.0.2.1","packet-timeout":0,"packet-padding":0})",
                "ping -4 -n -c 5 -i 1 -s 56 -W 2 -- 192.0.2.1"},
        Command{"PaddingBeyondNumbers", R"({"dest":"192.0.2.1","packet-padding":9223372036854775807})",
                "ping -4 -n -c 5 -i 1 -s 65527 -W 2 -- 192.0.2.1"}),
    [](const auto& row) { return std::string(row.param.name); });

struct Slot {
  const char* spec;
  const char* length;
};

TEST(HalfpingSlot, IsWhatPschedulerKeepsUnlessTheTimeoutIsLonger) {
  for (const auto& [spec, length] :
       {Slot{R"({"dest":"x"})", "PT9S"}, Slot{R"({"dest":"x","packet-count":1})", "PT5S"},
        Slot{R"({"dest":"x","packet-count":11,"packet-interval":0.1,"packet-timeout":1})", "PT6S"},
        Slot{R"({"dest":"x","packet-count":1,"packet-timeout":7})", "PT10S"}}) {
    const auto slot = halfping_slot(Json::parse(spec));
    ASSERT_TRUE(slot) << spec;
    EXPECT_EQ(format_duration(*slot), length) << spec;
  }
  EXPECT_TRUE(halfping_slot({{"packet-count", 9'000'000'000'000'000'000}, {"packet-interval", 1e300}}));
}

PingOutput recorded(const std::string& name) {
  std::ifstream file(std::string(FIXTURES) + "/ping/" + name + ".txt");
  std::stringstream text;
  text << file.rdbuf();
  return parse_ping_output(text.str(), 1000);
}

TEST(HalfpingResult, CountsHalfOfEachTrip) {
  PingOutput output;
  const auto trip = [](int rtt_us, int ttl) {
    PingTrip made;
    made.ttl = ttl;
    made.rtt = Duration(rtt_us);
    return made;
  };
  output.trips = {trip(2468, 64), trip(2470, 64), trip(24680, 63), PingTrip{}};
  output.sent = 4;
  output.received = 3;
  output.duplicates = 2;
  output.reorders = 1;
  EXPECT_EQ(
      latency_result(Json::object(), output),
      Json::parse(R"({"schema":1,"succeeded":true,"packets-sent":4,"packets-received":3,"packets-lost":1,
                "packets-duplicated":2,"packets-reordered":1,
                "histogram-latency":{"1.23":2,"12.34":1},"histogram-ttl":{"63":1,"64":2}})"));
  EXPECT_EQ(latency_result({{"bucket-width", 0.0001}}, output)["histogram-latency"],
            Json::parse(R"({"12.34":1,"12.35":1,"123.40":1})"));
}

TEST(HalfpingResult, ReadsWhatPingPrints) {
  const auto result = latency_result(Json::object(), recorded("ipv4"));
  EXPECT_EQ(result["packets-received"], 5);
  EXPECT_EQ(result["histogram-ttl"], Json::parse(R"({"64":5})"));
  int counted = 0;
  for (const auto& count : result["histogram-latency"]) counted += count.get<int>();
  EXPECT_EQ(counted, 5);
}

TEST(HalfpingResult, SilenceIsLoss) {
  const auto result = latency_result(Json::object(), recorded("frag-needed"));
  EXPECT_EQ(result["succeeded"], true);
  EXPECT_EQ(result["packets-lost"], 2);
  EXPECT_EQ(result["histogram-latency"], Json::object());
}

}  // namespace
}  // namespace pscheduler::plugins
