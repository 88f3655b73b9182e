// The tools that measure through BWCTL: when they are called for, and what they ask it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "native_catalogue.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"
#include "pscheduler/plugin_sdk/dispatcher.hpp"
#include "pscheduler/plugin_sdk/temp_dir.hpp"
#include "shared/bwctl_ends.hpp"
#include "shared/bwctl_trace.hpp"
#include "tool/bwctliperf2/bwctliperf2.hpp"
#include "tool/bwctliperf3/bwctliperf3.hpp"
#include "tool/bwctlping/bwctlping.hpp"

namespace pscheduler::plugins {
namespace {

using testing::HasSubstr;

// The settings of a node whose tool/bwctl.conf has these lines.
Result<BwctlSettings> settings_of(const std::string& lines) {
  const auto folder = sdk::TempDir::create();
  if (!folder) return fail(folder.error());
  std::ofstream(folder->path() / "bwctl.conf") << "[bwctl]\n" << lines;
  setenv("PSCHEDULER_TOOL_CONFIG", folder->path().c_str(), 1);
  auto settings = BwctlSettings::load();
  unsetenv("PSCHEDULER_TOOL_CONFIG");
  return settings;
}

struct Named {
  std::string source;
  std::string destination = "f";
};

std::string command(CommandWords (*words)(const BwctlJob&), const char* spec, const Named& named = {}) {
  const auto document = Json::parse(spec);
  return sdk::command_text(words({document, *settings_of(""), {named.source, named.destination}}).take());
}

CommandWords traceroute_words(const BwctlJob& job) {
  return bwctl_trace_words(job, "traceroute");
}

CommandWords tracepath_words(const BwctlJob& job) {
  return bwctl_trace_words(job, "tracepath");
}

TEST(BwctlWords, SayWhatTheSpecSays) {
  EXPECT_EQ(command(bwctlping_words, R"({"dest":"f"})"), "bwping -T ping -L 58 -N 5 -i 1.0 -c f");
  EXPECT_EQ(command(bwctlping_words, R"({"source":"f","dest":"h","count":3,"interval":"PT0.5S","length":100,
                                         "ttl":9,"ip-tos":32,"ip-version":4})",
                    {"f", ""}),
            "bwping -T ping -L 58 -4 -N 3 -i 0.5 -S 32 -l 100 -t 9 -s f");
  EXPECT_EQ(command(traceroute_words, R"({"dest":"f","hops":12,"first-ttl":2,"ip-version":6,"ip-tos":32,
                                          "length":100})"),
            "bwtraceroute -T traceroute -L 58 -y a -6 -F 2 -M 12 -S 32 -l 100 -c f");
  EXPECT_EQ(command(tracepath_words, R"({"dest":"f","ip-tos":0,"length":100})", {"h", "f"}),
            "bwtraceroute -T tracepath -L 58 -y a -l 100 -s h -c f");
}

TEST(BwctlWords, OfThroughputSayWhatTheSpecSays) {
  EXPECT_EQ(command(bwctliperf3_words, R"({"dest":"f"})"), "bwctl -v -T iperf3 -L 58 -c f -t 10 --parsable");
  EXPECT_EQ(
      command(bwctliperf3_words, R"({"dest":"f","source":"h","duration":"PT7S","interval":"PT2S",
                    "parallel":2,"window-size":65536,"mss":1400,"omit":"PT3S","bandwidth":8000000,"udp":true,
                    "buffer-length":1000,"ip-tos":32,"local-address":"192.0.2.9","ip-version":4})",
              {"h", "f"}),
      "bwctl -v -T iperf3 -L 58 -s h -c f -t 7 --parsable -i 2 -P 2 -w 65536 -m 1400 -O 3 -b 8000000 -u "
      "-l 1000 -S 32 -B 192.0.2.9 -4");
  EXPECT_EQ(command(bwctliperf2_words, R"({"dest":"f","duration":"PT7.9S","interval":"PT0.5S","parallel":2,
                    "window-size":65536,"mss":1400,"bandwidth":8000000,"udp":true,"buffer-length":1000,
                    "ip-tos":32,"local-address":"192.0.2.9","ip-version":6})",
                    {"f", ""}),
            "bwctl -T iperf -L 58 -s f -6 -t 7 -i 0.5 -P 2 -w 65536 -m 1400 -u -b 8000000 -l 1000 -S 32 "
            "-B 192.0.2.9");
  EXPECT_EQ(command(bwctliperf2_words, R"({"dest":"f","udp":false})"), "bwctl -T iperf -L 58 -c f -t 10");
}

TEST(BwctlSettings, AreThoseOfTheNode) {
  const auto usual = settings_of("");
  ASSERT_TRUE(usual);
  EXPECT_TRUE(usual->enabled());
  EXPECT_EQ(usual->port(), 4823);
  EXPECT_FALSE(usual->source_only());
  const auto own = settings_of(
      "enabled = no\nport = 4824\nlatest_start = 30\nsource_only = yes\nbwping_cmd = /opt/bwping\n");
  ASSERT_TRUE(own);
  EXPECT_EQ(own->port(), 4824);
  EXPECT_EQ(own->latest_start(), "30");
  EXPECT_TRUE(own->source_only());
  EXPECT_EQ(own->program("bwping"), "/opt/bwping");
  EXPECT_EQ(own->program("bwctl"), "bwctl");
  EXPECT_THAT(trouble_with_bwctl(own, kBwctlPing), HasSubstr("switched off"));
  EXPECT_THAT(trouble_with_bwctl(settings_of("enabled = perhaps\n"), kBwctlPing),
              HasSubstr("enabled is \"perhaps\"; give yes or no."));
  EXPECT_THAT(trouble_with_bwctl(settings_of("latest_start = 0\n"), kBwctlPing), HasSubstr("1 to 3600"));
  EXPECT_THAT(trouble_with_bwctl(settings_of("bwping_cmd = /no/such\n"), kBwctlPing),
              HasSubstr("The program /no/such is not installed."));
}

sdk::Outcome call(std::string plugin, std::string method, std::string_view input) {
  static sdk::Dispatcher dispatcher(native_catalogue());
  return dispatcher.call_text({"tool", std::move(plugin), std::move(method), {}}, input);
}

struct Row {
  const char* tool;
  const char* test;
  const char* expected;
};

TEST(BwctlTools, KeepAMinuteMoreForTheWaiting) {
  for (const auto& [tool, test, slot] : std::initializer_list<Row>{
           {"bwctlping", R"({"type":"rtt","spec":{"dest":"f"}})", "PT1M8S"},
           {"bwctlping", R"({"type":"rtt","spec":{"dest":"f","count":10,"interval":"PT0.5S"}})", "PT1M8.5S"},
           {"bwctltraceroute", R"({"type":"trace","spec":{"dest":"f"}})", "PT1M"},
           {"bwctltracepath", R"({"type":"trace","spec":{"dest":"f","hops":9}})", "PT1M"},
           {"bwctliperf3", R"({"type":"throughput","spec":{"dest":"f"}})", "PT1M11S"},
           {"bwctliperf3", R"({"type":"throughput","spec":{"dest":"f","duration":"PT30S","omit":"PT5S"}})",
            "PT1M36S"},
           {"bwctliperf2", R"({"type":"throughput","spec":{"dest":"f","duration":"PT2.9S"}})", "PT1M3S"},
       }) {
    EXPECT_EQ((*call(tool, "duration", test).document)["duration"], slot) << test;
  }
}

TEST(BwctlTools, DeclineWhatBwctlCannot) {
  for (const auto& [tool, test, reason] : std::initializer_list<Row>{
           {"bwctlping", R"({"type":"rtt","spec":{"dest":"f","suppress-loopback":true}})",
            "cannot do suppress-loopback"},
           {"bwctlping", R"({"type":"rtt","spec":{"dest":"f","deadline":"PT9S"}})", "cannot do deadline"},
           {"bwctlping", R"({"type":"rtt","spec":{"dest":"f","flow-label":7}})", "cannot do flow-label"},
           {"bwctlping", R"({"type":"rtt","spec":{"dest":"f","protocol":"icmp","schema":2}})",
            "cannot do protocol"},
           {"bwctlping", R"({"type":"rtt","spec":{"dest":"f","timeout":"PT2S"}})", "not PT2S (timeout)"},
           {"bwctlping", R"({"type":"rtt","spec":{"dest":"f","hostnames":true}})", "leave hostnames out"},
           {"bwctlping", R"({"type":"rtt","spec":{"dest":"f","ip-tos":33}})",
            "ip-tos 33; give an even number"},
           {"bwctltraceroute", R"({"type":"trace","spec":{"dest":"f","as":true}})", "cannot do as;"},
           {"bwctltraceroute", R"({"type":"trace","spec":{"dest":"f","queries":1}})", "cannot do queries"},
           {"bwctltraceroute", R"({"type":"trace","spec":{"dest":"f","wait":"PT1S"}})", "cannot do wait"},
           {"bwctltracepath", R"({"type":"trace","spec":{"dest":"f","hops":9,"first-ttl":2}})",
            "cannot do hops"},
           {"bwctliperf3", R"({"type":"throughput","spec":{"dest":"f","reverse":true}})",
            "cannot do reverse"},
           {"bwctliperf3", R"({"type":"throughput","spec":{"dest":"f","single-ended":true,"schema":2}})",
            "cannot do single-ended"},
           {"bwctliperf3", R"({"type":"throughput","spec":{"dest":"f","no-delay":true}})",
            "cannot do no-delay"},
           {"bwctliperf3", R"({"type":"throughput","spec":{"dest":"f","omit":"PT61S"}})", "PT1M at most"},
           {"bwctliperf3", R"({"type":"throughput","spec":{"dest":"f","duration":"PT0.5S"}})",
            "cannot do a duration of PT0.5S"},
           {"bwctliperf3", R"({"type":"throughput","spec":{"dest":"f","mss":20}})", "mss of 20; give 88"},
           {"bwctliperf2", R"({"type":"throughput","spec":{"dest":"f","omit":"PT1S"}})", "cannot do omit"},
           {"bwctliperf2", R"({"type":"throughput","spec":{"dest":"f","bandwidth":1000}})", "UDP only"},
       }) {
    const auto answer = *call(tool, "can-run", test).document;
    EXPECT_EQ(answer["can-run"], false);
    EXPECT_THAT(answer["reasons"].dump(), HasSubstr(reason));
  }
}

TEST(BwctlTools, DeclineWithAllReasonsTogether) {
  const auto answer =
      *call(
           "bwctliperf3", "can-run",
           R"({"type":"throughput","spec":{"dest":"f","schema":4,"congestion":"bbr","zero-copy":true,"flow-label":1,
                "client-cpu-affinity":1,"server-cpu-affinity":1,"ip-tos":33}})")
           .document;
  const auto reasons = answer["reasons"].dump();
  for (const auto* field :
       {"congestion", "zero-copy", "flow-label", "client-cpu-affinity", "server-cpu-affinity", "ip-tos 33"})
    EXPECT_THAT(reasons, HasSubstr(field));
}

TEST(BwctlTools, HaveOneParticipantWhoseResultIsAll) {
  const auto merged = [](const char* tool, const Json& results) {
    const Json input = {{"test", {{"type", "throughput"}, {"spec", {{"dest", "f"}}}}}, {"results", results}};
    return *call(tool, "merged-results", input.dump()).document;
  };
  for (const auto* tool : {"bwctliperf3", "bwctliperf2"}) {
    const Json measured = {{"succeeded", true},
                           {"diags", "d"},
                           {"intervals", Json::array()},
                           {"summary", {{"streams", Json::array()}}}};
    const auto result = merged(tool, Json::array({measured}));
    EXPECT_EQ(result["succeeded"], true) << result;
    EXPECT_EQ(result["summary"], measured["summary"]);
    const auto failed = merged(tool, Json::array({{{"succeeded", false}, {"error", "E"}}}));
    EXPECT_EQ(failed["succeeded"], false);
    EXPECT_EQ(failed["error"], "E");
    EXPECT_EQ(merged(tool, Json::array())["succeeded"], false);
  }
}

TEST(BwctlEnds, DecideWhetherBwctlIsCalledFor) {
  const BwctlEnd both{.host = "b", .has_pscheduler = true, .has_bwctl = true};
  const BwctlEnd ours{.host = "p", .has_pscheduler = true, .has_bwctl = false};
  const BwctlEnd old{.host = "o", .has_pscheduler = false, .has_bwctl = true};
  const BwctlEnd none{.host = "n", .has_pscheduler = false, .has_bwctl = false};
  const auto usual = settings_of("");
  const auto source_only = settings_of("source_only = yes\n");
  for (const auto& test : {kBwctlThroughput, kBwctlPing, kBwctlTrace}) {
    EXPECT_EQ(bwctl_side({ours, old}, test, *usual), BwctlSide::destination);
    EXPECT_EQ(bwctl_side({old, both}, test, *usual), BwctlSide::source);
    EXPECT_EQ(bwctl_side({old, both}, test, *source_only), BwctlSide::source);
    for (const auto& [source, destination, why] :
         {std::tuple{ours, both, "Both ends"}, std::tuple{old, none, "Neither o nor n"},
          std::tuple{ours, none, "n has neither pScheduler nor BWCTL on port 4823"}}) {
      EXPECT_EQ(bwctl_side({source, destination}, test, *usual), BwctlSide::none);
      EXPECT_THAT(why_no_bwctl({source, destination}, *usual), HasSubstr(why));
    }
  }
  EXPECT_EQ(bwctl_side({ours, old}, kBwctlThroughput, *source_only), BwctlSide::destination);
  EXPECT_EQ(bwctl_side({ours, old}, kBwctlTrace, *source_only), BwctlSide::none);
  EXPECT_THAT(why_no_bwctl({ours, old}, *source_only), HasSubstr("only sources may"));
}

}  // namespace
}  // namespace pscheduler::plugins
