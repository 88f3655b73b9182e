#include "shared/trace_output.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/plugins/fixture.hpp"

namespace pscheduler::plugins {
namespace {

using namespace std::chrono_literals;
using test::recorded;
using testing::ElementsAre;

TraceHop hop(std::string ip, Duration rtt, std::optional<std::int64_t> mtu = {}, std::string error = {}) {
  return {std::move(ip), rtt, std::move(error), mtu};
}

TEST(TracerouteOutput, HasAHopForEveryLine) {
  EXPECT_THAT(parse_traceroute_output(recorded("trace/traceroute-unreachable")),
              ElementsAre(hop("10.77.1.2", 163us), hop("10.77.2.2", 89us),
                          hop("10.77.2.2", 3059481us, {}, "host-unreachable")));
}

TEST(TracerouteOutput, KeepsThePlacesOfSilentHopsAndOfThoseNotAsked) {
  const auto silent = parse_traceroute_output(recorded("trace/traceroute-prohibited"));
  ASSERT_EQ(silent.size(), 6u);
  EXPECT_EQ(silent[5], TraceHop());
  EXPECT_THAT(parse_traceroute_output(recorded("trace/traceroute-from-third")),
              ElementsAre(TraceHop(), TraceHop(), hop("10.77.3.2", 212us)));
}

TEST(TracerouteOutput, ReadsTheSizeThatWouldFit) {
  const auto path = parse_traceroute_output(recorded("trace/traceroute-too-big"));
  ASSERT_EQ(path.size(), 3u);
  EXPECT_EQ(path[2], hop("10.77.2.2", 6us, 1400, "fragmentation-needed-and-df-set"));
}

TEST(TracerouteOutput, TakesTheFirstOfSeveralAnswers) {
  EXPECT_THAT(parse_traceroute_output(" 1  10.0.0.1  0.119 ms  0.089 ms  0.085 ms\n"
                                      " 2  * 10.0.0.2  1.2 ms 10.0.0.3  0.3 ms !X\n"
                                      " 3  fe80::1%eth0 [AS64500]  2 ms\n"),
              ElementsAre(hop("10.0.0.1", 119us),
                          hop("10.0.0.2", 1200us, {}, "communication-administratively-prohibited"),
                          hop("fe80::1", 2ms)));
}

TEST(TracerouteOutput, IgnoresWhatIsNoHop) {
  EXPECT_TRUE(parse_traceroute_output(recorded("trace/traceroute-no-route")).empty());
  EXPECT_TRUE(parse_traceroute_output("").empty());
  EXPECT_TRUE(
      parse_traceroute_output("0 10.0.0.1 1 ms\n256 10.0.0.1 1 ms\n99999999999999999999 x\n7\n").empty());
  EXPECT_THAT(parse_traceroute_output("1 10.0.0.1 nan ms\n2 10.0.0.1 -4 ms\n"),
              ElementsAre(TraceHop{"10.0.0.1", {}, {}, {}}, TraceHop{"10.0.0.1", {}, {}, {}}));
}

TEST(TracepathOutput, CarriesTheMtuAlongThePath) {
  EXPECT_THAT(
      parse_tracepath_output(recorded("trace/tracepath-pmtu6")),
      ElementsAre(hop("fd77:1::2", 7us, 1500), hop("fd77:2::2", 18us, 1500), hop("fd77:3::2", 15us, 1400)));
}

TEST(TracepathOutput, MergesTheLinesOfAHop) {
  EXPECT_THAT(parse_tracepath_output(recorded("trace/tracepath-unreachable")),
              ElementsAre(hop("10.77.1.2", 6us, 1500), hop("10.77.2.2", 16us, 1500),
                          hop("10.77.2.2", 3056158us, 1400, "host-unreachable")));
  EXPECT_THAT(parse_tracepath_output(" 1:  10.0.0.1  0.1ms asymm  2 \n 1:  no reply\n 2:  no reply\n"),
              ElementsAre(hop("10.0.0.1", 100us), TraceHop()));
}

TEST(TracepathOutput, HasNoMtuWhereNoneIsPrinted) {
  const auto path = parse_tracepath_output(recorded("trace/tracepath-loopback4"));
  ASSERT_EQ(path.size(), 1u);
  EXPECT_EQ(path[0].ip, "127.0.0.1");
  EXPECT_TRUE(path[0].rtt);
  EXPECT_FALSE(path[0].mtu);
}

TEST(TracepathOutput, IsEmptyWhenNothingCouldBeSent) {
  EXPECT_TRUE(parse_tracepath_output(recorded("trace/tracepath-no-route")).empty());
}

TEST(ErrorMarks, AreTheWordsOfTheResult) {
  EXPECT_EQ(icmp_error_of_mark("!H"), "host-unreachable");
  EXPECT_EQ(icmp_error_of_mark("!N"), "net-unreachable");
  EXPECT_EQ(icmp_error_of_mark("!A"), "communication-administratively-prohibited");
  EXPECT_EQ(icmp_error_of_mark("!F-1400"), "fragmentation-needed-and-df-set");
  EXPECT_EQ(icmp_error_of_mark("!<10>"), "destination-host-administratively-prohibited");
  EXPECT_EQ(icmp_error_of_mark("!3"), "port-unreachable");
  EXPECT_FALSE(icmp_error_of_mark("!16"));
  EXPECT_FALSE(icmp_error_of_mark("!"));
  EXPECT_FALSE(icmp_error_of_mark("!<"));
  EXPECT_FALSE(icmp_error_of_mark("!?"));
}

}  // namespace
}  // namespace pscheduler::plugins
