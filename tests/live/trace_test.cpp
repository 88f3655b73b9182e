// traceroute and tracepath themselves, on the loopback and over three hops between network namespaces.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "live/tool_run.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {
namespace {

using test::kClasses;
using test::merged;
using test::run_input;
using test::run_method;
using testing::HasSubstr;

Json traced(const std::string& tool, const Json& spec) {
  return test::measured(tool, run_input("trace", spec, "PT8S"));
}

TEST(Trace, ReachesTheLoopbackInBothFamilies) {
  for (const auto* tool : {"traceroute", "tracepath"}) {
    for (const auto* dest : {"127.0.0.1", "::1"}) {
      auto result = traced(tool, {{"dest", dest}});
      EXPECT_EQ(result["succeeded"], true) << tool << result;
      ASSERT_EQ(result["paths"].size(), 1u) << result;
      const auto hop = result["paths"][0].back();
      EXPECT_EQ(hop.value("ip", ""), dest) << result;
      EXPECT_FALSE(hop.contains("as"));
    }
    auto named = traced(tool, {{"dest", "127.0.0.1"}});
    EXPECT_EQ(named["paths"][0].back().value("hostname", ""), "localhost") << named;
  }
}

TEST(Trace, FailsWithTheReason) {
  for (const auto* tool : {"traceroute", "tracepath"}) {
    EXPECT_THAT(traced(tool, {{"dest", "no.such.host.invalid"}}).value("error", ""),
                HasSubstr(std::string(tool) + ": no.such.host.invalid: "));
    EXPECT_THAT(traced(tool, {{"dest", "127.0.0.1"}, {"source", "::1"}}).value("error", ""),
                HasSubstr("no common address family"));
  }
  EXPECT_THAT(
      traced("traceroute", {{"dest", "localhost"}, {"flow-label", 7}, {"schema", 2}}).value("error", ""),
      HasSubstr("no flow-label"));
}

TEST(Trace, SaysWhichCapabilityProbesNeed) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to give up its privileges";
  const auto input = run_input("trace", {{"dest", "127.0.0.1"}, {"probe-type", "tcp"}}, "PT8S");
  const auto run = (kClasses / "tool/traceroute/run").string();
  const auto outcome =
      run_method("/bin/sh", input.dump(),
                 {"-c", "exec setpriv --inh-caps=-all --ambient-caps=-all --bounding-set=-net_raw " + run});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(Json::parse(outcome.output)["error"].get<std::string>(),
              HasSubstr("may not send tcp probes: they need the capability CAP_NET_RAW"));
}

// a - b - c - d, the last link with a smaller MTU; namespaces of their own, gone with the object.
class ThreeHops {
 public:
  ThreeHops() : prefix_("pstrace" + std::to_string(getpid())) {
    error_ = shell(R"(set -e
for n in a b c d; do
  ip netns add $P$n; ip -n $P$n link set lo up
  ip netns exec $P$n sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
    net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
done
link() {
  ip link add v$1$2 netns $P$1 type veth peer name v$2$1 netns $P$2
  ip -n $P$1 addr add 10.77.$3.1/24 dev v$1$2; ip -n $P$2 addr add 10.77.$3.2/24 dev v$2$1
  ip -n $P$1 addr add fd77:$3::1/64 dev v$1$2 nodad; ip -n $P$2 addr add fd77:$3::2/64 dev v$2$1 nodad
  ip -n $P$1 link set v$1$2 mtu $4 up; ip -n $P$2 link set v$2$1 mtu $4 up
}
link a b 1 1500; link b c 2 1500; link c d 3 1400
route() { ip -n $P$1 route add default via 10.77.$2; ip -n $P$1 -6 route add default via fd77:${2%.*}::${2#*.}; }
route a 1.2; route b 2.2; route c 2.1; route d 3.1
# Neighbours are found and addresses are usable once a packet has come through.
for to in 10.77.3.2 fd77:3::2; do
  for i in $(seq 30); do ip netns exec ${P}a ping -q -c 1 -W 1 $to >/dev/null 2>&1 && continue 2; done
  echo "$to cannot be reached" >&2; exit 1
done)");
  }
  ~ThreeHops() { shell("for n in a b c d; do ip netns del $P$n; done"); }
  ThreeHops(const ThreeHops&) = delete;
  ThreeHops& operator=(const ThreeHops&) = delete;

  [[nodiscard]] const std::string& error() const { return error_; }

  // Without names: there is no DNS server to ask in there.
  [[nodiscard]] Json traced(const std::string& tool, Json spec) const {
    spec["hostnames"] = false;
    const auto input = run_input("trace", spec, "PT8S");
    const auto run = (kClasses / "tool" / tool / "run").string();
    const auto outcome =
        run_method("/bin/sh", input.dump(), {"-c", "exec ip netns exec " + prefix_ + "a " + run});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    return merged(tool, input["test"], Json::array({Json::parse(outcome.output, nullptr, false)}));
  }

 private:
  // What went wrong; empty when nothing did.
  std::string shell(const std::string& script) const {
    const auto outcome = run_method("/bin/sh", "", {"-c", "P=" + prefix_ + "\n" + script});
    if (outcome.status == 0 && outcome.trouble.empty()) return {};
    return outcome.errors + outcome.trouble;
  }

  std::string prefix_;
  std::string error_;
};

std::vector<std::string> addresses(const Json& result) {
  std::vector<std::string> all;
  if (!result.contains("paths")) return all;
  for (const auto& hop : result["paths"][0]) all.push_back(hop.value("ip", "*"));
  return all;
}

TEST(Trace, FindsThreeHopsAndTheirMtu) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to make network namespaces";
  const ThreeHops net;
  if (!net.error().empty()) GTEST_SKIP() << "no network namespaces here: " << net.error();
  const std::vector<std::string> v4{"10.77.1.2", "10.77.2.2", "10.77.3.2"};
  const std::vector<std::string> v6{"fd77:1::2", "fd77:2::2", "fd77:3::2"};
  for (const auto* type : {"udp", "icmp", "tcp"}) {
    EXPECT_EQ(addresses(net.traced("traceroute", {{"dest", v4.back()}, {"probe-type", type}})), v4) << type;
    EXPECT_EQ(addresses(net.traced("traceroute", {{"dest", v6.back()}, {"probe-type", type}})), v6) << type;
  }
  for (const auto& path : {v4, v6}) {
    auto result = net.traced("tracepath", {{"dest", path.back()}});
    ASSERT_EQ(addresses(result), path) << result;
    EXPECT_EQ(result["paths"][0][2]["mtu"], 1400) << result;
  }
  const auto all =
      net.traced("traceroute", Json::parse(R"({"schema":2,"dest":"fd77:3::2","source":"fd77:1::1",
      "flow-label":7,"first-ttl":2,"hops":60,"dest-port":40000,"ip-tos":32,"wait":"PT3S","sendwait":"PT0.01S",
      "length":200,"fragment":false,"hostnames":false,"as":false,"ip-version":6,"queries":1})"));
  EXPECT_EQ(addresses(all), (std::vector<std::string>{"*", "fd77:2::2", "fd77:3::2"})) << all;
  const auto too_big =
      net.traced("traceroute", Json::parse(R"({"dest":"10.77.3.2","fragment":false,"length":1450})"));
  const auto stopped_at = addresses(too_big);
  ASSERT_FALSE(stopped_at.empty()) << too_big;
  EXPECT_EQ(stopped_at.back(), "10.77.2.2") << too_big;
}

TEST(Trace, SaysThatThereIsNoRoute) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to make a network namespace";
  const auto name = "pstrace-alone" + std::to_string(getpid());
  if (run_method("/bin/sh", "", {"-c", "ip netns add " + name}).status != 0)
    GTEST_SKIP() << "no network namespaces here";
  for (const auto& [tool, reason] :
       {std::pair{"traceroute", "unreachable"}, std::pair{"tracepath", "no route to the destination"}}) {
    const auto input = run_input("trace", {{"dest", "10.77.3.2"}}, "PT8S");
    const auto run = (kClasses / "tool" / tool / "run").string();
    const auto outcome =
        run_method("/bin/sh", input.dump(), {"-c", "exec ip netns exec " + name + " " + run});
    EXPECT_THAT(outcome.output, HasSubstr(reason)) << outcome.errors;
    EXPECT_EQ(Json::parse(outcome.output)["succeeded"], false);
  }
  run_method("/bin/sh", "", {"-c", "ip netns del " + name});
}

}  // namespace
}  // namespace pscheduler::plugins
