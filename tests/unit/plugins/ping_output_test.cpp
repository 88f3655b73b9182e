#include "shared/ping_output.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace pscheduler::plugins {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

// The part of a recorded run between two of its "----- … -----" lines.
std::string stdout_of(const std::string& name) {
  std::ifstream file(std::filesystem::path(FIXTURES) / "ping" / (name + ".txt"));
  std::stringstream text;
  text << file.rdbuf();
  const auto all = text.str();
  const std::string begin = "----- stdout -----\n";
  const auto from = all.find(begin);
  const auto to = all.find("----- stderr -----");
  if (from == std::string::npos || to == std::string::npos) throw std::runtime_error("no fixture " + name);
  return all.substr(from + begin.size(), to - from - begin.size());
}

struct Recorded {
  std::string name;
  std::int64_t count;
  std::size_t trips;
  std::int64_t sent, received;
  double loss;
  std::optional<Duration> mean, stddev;
  std::string first_ip;
  std::optional<std::int64_t> first_length;
};

class RecordedPing : public testing::TestWithParam<Recorded> {};

TEST_P(RecordedPing, IsReadWhole) {
  const auto& expected = GetParam();
  const auto output = parse_ping_output(stdout_of(expected.name), expected.count);
  EXPECT_EQ(output.has_statistics, expected.sent > 0);
  EXPECT_EQ(output.sent, expected.sent);
  EXPECT_EQ(output.received, expected.received);
  EXPECT_DOUBLE_EQ(output.loss, expected.loss);
  ASSERT_THAT(output.trips, SizeIs(expected.trips));
  ASSERT_EQ(output.times.has_value(), expected.mean.has_value());
  if (output.times) {
    EXPECT_EQ(output.times->mean, expected.mean);
    EXPECT_EQ(output.times->stddev, expected.stddev);
  }
  if (expected.trips == 0) return;
  EXPECT_EQ(output.trips.front().ip, expected.first_ip);
  EXPECT_EQ(output.trips.front().length, expected.first_length);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, RecordedPing,
                         testing::Values(Recorded{"ipv4", 5, 5, 5, 5, 0.0, 41us, 12us, "127.0.0.1", 64},
                                         Recorded{"ipv6", 3, 3, 3, 3, 0.0, 39us, 7us, "::1", 64},
                                         Recorded{"flowlabel", 1, 1, 1, 1, 0.0, 30us, 0us, "::1", 64},
                                         Recorded{"options", 2, 2, 2, 2, 0.0, 31us, 6us, "127.0.0.1", 108},
                                         Recorded{"frag-needed", 2, 2, 2, 0, 1.0, {}, {}, "", {}},
                                         Recorded{"badhost", 1, 0, 0, 0, 0.0, {}, {}, "", {}}),
                         [](const auto& row) {
                           auto name = row.param.name;
                           std::erase(name, '-');
                           return name;
                         });

TEST(PingOutput, CountsDuplicatesOnce) {
  const auto output = parse_ping_output(
      "64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=1.00 ms\n"
      "64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=1.50 ms (DUP!)\n"
      "64 bytes from 192.0.2.2: icmp_seq=1 ttl=64 time=2.00 ms (DUP!)\n"
      "64 bytes from 192.0.2.1: icmp_seq=2 ttl=64 time=12.3 ms\n"
      "\n--- 192.0.2.255 ping statistics ---\n"
      "2 packets transmitted, 2 received, +2 duplicates, 0% packet loss, time 1001ms\n"
      "rtt min/avg/max/mdev = 1.000/4.200/12.300/2.100 ms, pipe 2\n",
      5);
  EXPECT_EQ(output.sent, 2);
  EXPECT_EQ(output.received, 2);
  EXPECT_EQ(output.duplicates, 2);
  ASSERT_THAT(output.trips, SizeIs(2));
  EXPECT_EQ(output.trips[0].rtt, 1000us);
  EXPECT_EQ(output.trips[1].rtt, 12300us);
  ASSERT_TRUE(output.times);
  EXPECT_EQ(output.times->max, 12300us);
}

TEST(PingOutput, KeepsErrorsWithTheirStatistics) {
  const auto output = parse_ping_output(
      "From 192.0.2.254 icmp_seq=1 Destination Host Unreachable\n"
      "From 192.0.2.254 icmp_seq=2 Time to live exceeded\n"
      "From fe80::1%eth0 icmp_seq=3 Destination unreachable: Address unreachable\n"
      "64 bytes from 192.0.2.1: icmp_seq=5 ttl=60 time=101 ms\n"
      "\n--- 192.0.2.1 ping statistics ---\n"
      "5 packets transmitted, 1 received, +3 errors, 80% packet loss, time 4093ms\n"
      "rtt min/avg/max/mdev = 101.000/101.000/101.000/0.000 ms, pipe 4, ipg/ewma 1.1/2.2 ms\n",
      5);
  EXPECT_EQ(output.sent, 5);
  EXPECT_DOUBLE_EQ(output.loss, 0.8);
  ASSERT_THAT(output.trips, SizeIs(5));
  EXPECT_EQ(output.trips[0].error, "host-unreachable");
  EXPECT_EQ(output.trips[1].error, "");
  EXPECT_EQ(output.trips[1].message, "Time to live exceeded");
  EXPECT_EQ(output.trips[2].ip, "fe80::1");
  EXPECT_EQ(output.trips[3].seq, 4);
  EXPECT_EQ(output.trips[3].ip, "");
  EXPECT_EQ(output.trips[4].rtt, 101ms);
}

TEST(PingOutput, SeesRepliesOutOfOrder) {
  const auto output = parse_ping_output(
      "64 bytes from 192.0.2.1: icmp_seq=2 ttl=64 time=1.00 ms\n"
      "64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=1500 ms\n"
      "64 bytes from 192.0.2.1: icmp_seq=3 ttl=64 time=1.00 ms\n"
      "3 packets transmitted, 3 received, 0% packet loss, time 2001ms\n",
      3);
  EXPECT_EQ(output.reorders, 1);
  ASSERT_THAT(output.trips, SizeIs(3));
  EXPECT_EQ(output.trips[0].rtt, 1500ms);
}

TEST(PingOutput, LeavesOutWhatADeadlineAdded) {
  const auto output = parse_ping_output(
      "64 bytes from 192.0.2.1: icmp_seq=3 ttl=64 time=1.00 ms\n"
      "64 bytes from 192.0.2.1: icmp_seq=4 ttl=64 time=1.00 ms\n"
      "4 packets transmitted, 2 received, 50% packet loss, time 3001ms\n",
      2);
  ASSERT_THAT(output.trips, SizeIs(2));
  EXPECT_EQ(output.trips[1].ip, "");
  EXPECT_EQ(output.sent, 4);
}

TEST(PingOutput, ReadsPayloadsTooShortForATime) {
  const auto output = parse_ping_output(
      "12 bytes from 127.0.0.1: icmp_seq=1 ttl=64\n"
      "1 packets transmitted, 1 received, 0% packet loss, time 0ms\n\n",
      1);
  ASSERT_THAT(output.trips, SizeIs(1));
  EXPECT_EQ(output.trips[0].length, 12);
  EXPECT_EQ(output.trips[0].rtt, std::nullopt);
  EXPECT_FALSE(output.times);
}

TEST(PingOutput, ReadsNamesAndZones) {
  const auto output = parse_ping_output(
      "64 bytes from host.example (2001:db8::1%lo): icmp_seq=1 ttl=64 time=0.5 ms (truncated)\n", 1);
  ASSERT_THAT(output.trips, SizeIs(1));
  EXPECT_EQ(output.trips[0].name, "host.example");
  EXPECT_EQ(output.trips[0].ip, "2001:db8::1");
  EXPECT_FALSE(output.has_statistics);
}

TEST(PingOutput, SurvivesNonsense) {
  for (const auto* text :
       {"", "\n\n", "64 bytes from", "64 bytes from : icmp_seq=", "From icmp_seq=1", "From  icmp_seq=x",
        "99999999999999999999 bytes from 1.2.3.4: icmp_seq=1 ttl=1 time=1 ms", "5 packets transmitted, x",
        "-5 packets transmitted, 1e9 received, nan% packet loss",
        "rtt min/avg/max/mdev = 1e300/nan/inf/-1 ms", "rtt min/avg/max/mdev = ///"}) {
    const auto output = parse_ping_output(text, 5);
    EXPECT_FALSE(output.times) << text;
    EXPECT_GE(output.loss, 0.0) << text;
  }
}

TEST(IcmpErrorWord, CoversWhatPingSays) {
  EXPECT_EQ(icmp_error_word("Frag needed and DF set (mtu = 1400)"), "fragmentation-needed-and-df-set");
  EXPECT_EQ(icmp_error_word("Destination Net Unreachable for Type of Service"),
            "network-unreachable-for-type-of-service");
  EXPECT_EQ(icmp_error_word("Packet filtered"), "communication-administratively-prohibited");
  EXPECT_EQ(icmp_error_word("Packet too big: mtu=1280"), "fragmentation-needed-and-df-set");
  EXPECT_EQ(icmp_error_word("Redirect Host"), std::nullopt);
}

}  // namespace
}  // namespace pscheduler::plugins
