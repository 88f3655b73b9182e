#include "shared/ping_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pscheduler/plugin_sdk/child_program.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins {
namespace {

struct Command {
  std::string_view name;
  std::string_view spec;
  std::string_view command;
};

class PingCommand : public testing::TestWithParam<Command> {};

TEST_P(PingCommand, SaysEverythingTheSpecSays) {
  const auto spec = Json::parse(GetParam().spec);
  const auto times = ping_times(spec);
  const auto route = find_route(spec);
  ASSERT_TRUE(times && route);
  EXPECT_EQ(sdk::command_text(ping_words(spec, *times, *route)), GetParam().command);
}

INSTANTIATE_TEST_SUITE_P(
    Options, PingCommand,
    testing::Values(
        Command{"Defaults", R"({"dest":"192.0.2.1"})", "ping -4 -n -c 5 -i 1 -W 1 -- 192.0.2.1"},
        Command{"V6", R"({"dest":"2001:db8::1"})", "ping -6 -n -c 5 -i 1 -W 1 -- 2001:db8::1"},
        Command{"Everything",
                R"({"schema":3,"dest":"::1","source":"::1","count":3,"interval":"PT0.25S","timeout":"PT1.5S",
                    "deadline":"PT2.2S","ttl":7,"ip-tos":32,"length":100,"flow-label":1234,"ip-version":6,
                    "suppress-loopback":true,"fragment":false,"protocol":"icmp"})",
                "ping -6 -n -c 3 -F 1234 -M do -i 0.25 -I ::1 -L -Q 32 -s 100 -t 7 -w 3 -W 1.5 -- ::1"},
        Command{"FragmentAllowed", R"({"dest":"192.0.2.1","fragment":true})",
                "ping -4 -n -c 5 -M want -i 1 -W 1 -- 192.0.2.1"},
        Command{"LoopbackKept", R"({"dest":"192.0.2.1","suppress-loopback":false})",
                "ping -4 -n -c 5 -i 1 -W 1 -- 192.0.2.1"},
        Command{"ShortDeadline", R"({"dest":"192.0.2.1","deadline":"PT0.1S"})",
                "ping -4 -n -c 5 -i 1 -w 1 -W 1 -- 192.0.2.1"},
        Command{"FamilyAgainstLiteral", R"({"dest":"::1","ip-version":4})",
                "ping -4 -n -c 5 -i 1 -W 1 -- ::1"},
        Command{"NameOfOneFamily", R"({"dest":"localhost","ip-version":4})",
                "ping -4 -n -c 5 -i 1 -W 1 -- 127.0.0.1"},
        Command{"UnresolvableName", R"({"dest":"no.such.host.invalid"})",
                "ping -n -c 5 -i 1 -W 1 -- no.such.host.invalid"},
        Command{"UnresolvableNameOfOneFamily", R"({"dest":"no.such.host.invalid","ip-version":6})",
                "ping -6 -n -c 5 -i 1 -W 1 -- no.such.host.invalid"},
        Command{"SourceAndDestination", R"({"dest":"localhost","source":"127.0.0.1"})",
                "ping -4 -n -c 5 -i 1 -I 127.0.0.1 -W 1 -- 127.0.0.1"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Route, NeedsACommonFamily) {
  EXPECT_FALSE(find_route({{"dest", "127.0.0.1"}, {"source", "::1"}}));
  EXPECT_FALSE(find_route({{"dest", "no.such.host.invalid"}, {"source", "::1"}}));
}

struct Slot {
  const char* spec;
  const char* length;
};

TEST(PingSlot, IsWhatPschedulerKeeps) {
  for (const auto& [spec, length] :
       {Slot{R"({"dest":"x"})", "PT10S"}, Slot{R"({"dest":"x","deadline":"PT3S","hostnames":false})", "PT5S"},
        Slot{R"({"dest":"x","count":1,"timeout":"PT1S","hostnames":false})", "PT3S"},
        Slot{R"({"dest":"x","count":11,"interval":"PT0.1S"})", "PT7S"}}) {
    const auto slot = ping_slot(Json::parse(spec));
    ASSERT_TRUE(slot) << spec;
    EXPECT_EQ(format_duration(*slot), length) << spec;
  }
  EXPECT_FALSE(ping_slot({{"interval", "often"}}));
  EXPECT_TRUE(ping_slot({{"count", 9'000'000'000'000'000'000}, {"interval", "P100000D"}}));
}

}  // namespace
}  // namespace pscheduler::plugins
