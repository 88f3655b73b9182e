// What the tools that measure through BWCTL make of its answers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "shared/bwctl_output.hpp"
#include "shared/bwctl_run.hpp"
#include "shared/trace_output.hpp"
#include "tool/bwctliperf2/bwctliperf2.hpp"
#include "tool/bwctliperf3/bwctliperf3.hpp"
#include "tool/bwctlping/bwctlping.hpp"
#include "unit/plugins/fixture.hpp"

namespace pscheduler::plugins {
namespace {

using namespace std::chrono_literals;
using test::recorded;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

BwctlOutput read(const std::string& name) {
  return read_bwctl_output(recorded("bwctl/" + name), recorded("bwctl/" + name, "stderr"));
}

TEST(BwctlOutput, IsWhatStandsInTheFrame) {
  EXPECT_THAT(read("traceroute").result, StartsWith("traceroute to 127.0.0.1"));
  EXPECT_EQ(read("tracepath").failure, "");
  const auto path = parse_traceroute_output(read("traceroute").result);
  ASSERT_EQ(path.size(), 1u);
  EXPECT_EQ(path[0].rtt, 119us);
  EXPECT_EQ(parse_tracepath_output(read("tracepath").result).size(), 1u);
  EXPECT_EQ(parse_traceroute_output(read("traceroute-cut-at-deadline").result).size(), 2u);
}

TEST(BwctlOutput, GivesThePacketsThatWereSent) {
  const auto ping = parse_bwctlping(read("ping").result, 3);
  ASSERT_EQ(ping.trips.size(), 3u);
  EXPECT_EQ(ping.trips[2].rtt, 30us);
  EXPECT_EQ(ping.loss, 0.0);
  EXPECT_EQ(ping.times->mean, 35us);

  auto text = recorded("bwctl/ping");
  const auto second = text.find("64 bytes from 127.0.0.1: icmp_seq=2");
  text.erase(second, text.find('\n', second) + 1 - second);
  const auto lossy = parse_bwctlping(read_bwctl_output(text, "").result, 3);
  ASSERT_EQ(lossy.trips.size(), 3u);
  EXPECT_EQ(lossy.trips[1].seq, 2);
  EXPECT_EQ(lossy.trips[1].ip, "");
  EXPECT_DOUBLE_EQ(lossy.loss, 1.0 / 3.0);
  EXPECT_EQ(lossy.received, 2);

  const auto silent = parse_bwctlping("PING f (192.0.2.1) 56(84) bytes of data.\n", 2);
  EXPECT_EQ(silent.trips.size(), 2u);
  EXPECT_EQ(silent.loss, 1.0);
}

TEST(BwctlOutput, OfIperf3IsItsDocument) {
  const auto tcp = parse_bwctliperf3(read("iperf3-tcp").result);
  ASSERT_EQ(tcp.error, "");
  EXPECT_EQ(tcp.measured["intervals"].size(), 3u);
  EXPECT_EQ(tcp.measured["intervals"][1]["summary"]["retransmits"], 21);
  EXPECT_EQ(tcp.measured["summary"]["summary"]["throughput-bytes"], 20861419520);
  EXPECT_EQ(tcp.measured["summary"]["streams"][0]["retransmits"], 62);
  auto lossy = recorded("bwctl/iperf3-udp");
  const auto sum = lossy.find("\"lost_packets\":\t0", lossy.find("\"sum\":", lossy.find("\"end\":\t{\n")));
  lossy.replace(sum, 17, "\"lost_packets\":\t7");
  const auto udp = parse_bwctliperf3(read_bwctl_output(lossy, "").result);
  ASSERT_EQ(udp.error, "");
  EXPECT_EQ(udp.measured["summary"]["summary"]["sent"], 92);
  EXPECT_EQ(udp.measured["summary"]["summary"]["lost"], 7) << "sum_sent has no losses ever";
  EXPECT_GT(udp.measured["summary"]["summary"]["jitter"], 0.018);
  EXPECT_EQ(parse_bwctliperf3("{\n\"error\":\"it is busy\"\n}\n").error, "it is busy");
  EXPECT_TRUE(parse_bwctliperf3("{\n\"start\":{}\n}\n").measured.is_null());
  EXPECT_EQ(parse_bwctliperf3("garbage").error, "BWCTL brought no document of iperf3.");
}

TEST(BwctlOutput, OfIperf2IsWhatTheReceiverSaw) {
  const auto tcp = parse_bwctliperf2(read("iperf2-tcp").result).measured;
  EXPECT_EQ(tcp["intervals"].size(), 3u);
  EXPECT_EQ(tcp["summary"]["summary"]["throughput-bits"], 174048570242.0);
  ASSERT_EQ(tcp["summary"]["streams"].size(), 2u);
  EXPECT_EQ(tcp["summary"]["streams"][1]["throughput-bits"], 86517354576.0);
  EXPECT_EQ(tcp["tcp-window-size"], 131072);
  const auto udp = parse_bwctliperf2(read("iperf2-udp").result).measured;
  EXPECT_EQ(udp["summary"]["summary"]["sent"], 4084);
  EXPECT_EQ(udp["summary"]["summary"]["lost"], 0);
  EXPECT_EQ(udp["summary"]["summary"]["jitter"], 0.001);
  EXPECT_EQ(parse_bwctliperf2("nothing\n").error, "iperf printed no results.");
}

TEST(BwctlOutput, OfOlderIperf2IsReadToo) {
  const auto old = parse_bwctliperf2(
                       "[  3]  0.0- 2.0 sec   237 MBytes   995 Mbits/sec\n"
                       "[  3]  2.0- 4.0 sec  1.10 GBytes  4.70 Gbits/sec\n"
                       "[  3]  0.0- 4.0 sec  1.33 GBytes  2.85 Gbits/sec\n")
                       .measured;
  EXPECT_EQ(old["intervals"].size(), 2u);
  EXPECT_EQ(old["intervals"][0]["summary"]["throughput-bits"], 995e6);
  EXPECT_EQ(old["summary"]["summary"]["throughput-bits"], 2.85e9);
  EXPECT_EQ(old["summary"]["summary"]["end"], 4.0);
}

TEST(BwctlOutput, TellsWhenTheToolBegan) {
  EXPECT_EQ(read("iperf3-tcp").started, Instant(std::chrono::seconds(4004284070 - 2208988800)) + 738430us);
  EXPECT_EQ(read("ping").started, std::nullopt);
}

TEST(BwctlOutput, FailsForWhatBwctlSaysWithStatusZero) {
  for (const auto& [name, failure] : std::initializer_list<std::pair<const char*, const char*>>{
           {"bwping-refused", "bwping: Unable to connect to 127.0.0.1:4999"},
           {"bwtraceroute-refused", "bwtraceroute: Unable to connect to 127.0.0.1:4999"},
           {"tracepath-firstttl", "not available by both servers"},
           {"denied-udp", "Denied by 127.0.0.1"},
           {"denied-duration", "Denied by 127.0.0.1"},
           {"local-end-named-no-daemon", "bwctl: Unable to connect to 127.0.0.1"},
           {"busy", "busy. (Try -L flag)"},
           {"latest-time-too-short", "busy. (Try -L flag)"},
           {"ntp-unsync", "NTP is unsynchronized"},
       }) {
    EXPECT_THAT(read(name).failure, HasSubstr(failure)) << name;
  }
}

TEST(BwctlOutput, FailsForComplaintsEvenWithAResult) {
  const auto with = [](const std::string& errors) {
    return read_bwctl_output("\nSENDER START\n 1  10.0.0.1  1 ms\n\nSENDER END\n", errors + "\n").failure;
  };
  for (const auto* complaint :
       {"Unable to connect to f", "Unable to initiate peer handshake", "NTP is unsynchronized", "Denied by f",
        "SessionRequest: f busy. (Try -L flag): 8", "options unsupported by f", "No tools in common",
        "traceroute not available by both servers", "Control connection failure",
        "Timed out waiting for results", "bad reservation time",
        "did not complete in allocated time frame"}) {
    for (const auto* program : {"bwctl: ", "bwping: ", "bwtraceroute: "})
      EXPECT_EQ(with(program + std::string(complaint)), program + std::string(complaint));
    EXPECT_EQ(with(std::string("other: ") + complaint), "");
  }
  for (const auto* remark :
       {"Peer cancelled test before expected", "Hostname 'h' resolves to a loopback address", "Using tool: x",
        "9 seconds until test results available", "NTP: STA_NANO should be set", "Session ended abnormally"})
    EXPECT_EQ(with(std::string("bwctl: ") + remark), "");
}

TEST(BwctlOutput, FailsForWhatTheFarEndSaysInTheFrame) {
  const auto framed = [](const std::string& line) {
    return read_bwctl_output("\nSENDER START\n" + line + "\n\nSENDER END\n", "");
  };
  EXPECT_THAT(framed("bwctl: Unable to initiate peer handshake with [h]").failure,
              HasSubstr("peer handshake"));
  EXPECT_THAT(framed(" 1  10.0.0.1  1 ms\nbwctl: Tool did not complete in allocated time frame").failure,
              HasSubstr("allocated time frame"));
  EXPECT_THAT(framed("bwctl: remote peer cancelled test").failure, HasSubstr("remote peer cancelled"));
  EXPECT_EQ(framed(" 1  10.0.0.1  1 ms\nbwctl: remote peer cancelled test").failure, "");
  EXPECT_EQ(framed("").failure, "BWCTL gave no result and no reason.");
  EXPECT_EQ(read_bwctl_output("usage: bwping\n", "bwping: Using tool: ping\nInvalid value\n").failure,
            "Invalid value");
}

const Instant kStart = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

std::string accepted(double after_start) {
  const auto seconds = std::chrono::duration<double>(kStart.time_since_epoch()).count() + after_start;
  return "bwctl: Server 'f' accepted test request at time " + std::to_string(seconds) + "\n";
}

TEST(BwctlStart, MayBeAMinuteLate) {
  BwctlStartWatch watch(kStart, 8s);
  EXPECT_EQ(watch("", kStart), "");
  EXPECT_EQ(watch(accepted(30), kStart), "");
  EXPECT_THAT(watch(accepted(30) + accepted(90), kStart), HasSubstr("would begin 1 minute 30 seconds after"));
  EXPECT_EQ(watch(accepted(90) + accepted(59), kStart), "");
}

TEST(BwctlStart, IsKnownFromWhenResultsAreExpected) {
  const std::string soon = "bwping: 60 seconds until test results available\n";
  const std::string late = "bwping: 99 seconds until test results available\n";
  BwctlStartWatch watch(kStart, 8s);
  EXPECT_EQ(watch(soon, kStart + 1s), "");
  EXPECT_EQ(watch(soon, kStart + 50s), "") << "the announcement counts from when it was made";
  EXPECT_THAT(watch(soon + late, kStart + 50s), HasSubstr("would begin 2 minutes 21 seconds after"));
  EXPECT_THAT(BwctlStartWatch(kStart, 8s)("7 seconds until test results available", kStart), IsEmpty());
  EXPECT_THAT(BwctlStartWatch(kStart, 8s)(" seconds until test results available", kStart), IsEmpty());
}

}  // namespace
}  // namespace pscheduler::plugins
