// Networks, and the lists of them that are downloaded.

#include "pscheduler/limits/network_set.hpp"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace pscheduler::limits {
namespace {

NetworkSet listed(std::string_view text) {
  auto set = read_network_list(text);
  EXPECT_TRUE(set.has_value());
  return set.value_or(NetworkSet());
}

bool holds(const NetworkSet& set, std::string_view address) {
  const auto parsed = IpAddress::parse(address);
  EXPECT_TRUE(parsed.has_value()) << address;
  return parsed && set.contains(*parsed);
}

TEST(NetworkList, ReadsOneNetworkALineAndPassesOverTheRest) {
  const auto set = listed(
      "# head\r\n10.1.2.3/8 # ours\r\n\n  192.0.2.7\nnonsense\n2001:db8::1/32\n300.1.1.1\n1.2.3.4/33\n");
  EXPECT_TRUE(holds(set, "10.255.0.1"));
  EXPECT_TRUE(holds(set, "192.0.2.7"));
  EXPECT_FALSE(holds(set, "192.0.2.8"));
  EXPECT_TRUE(holds(set, "2001:db8:ffff::9"));
  EXPECT_FALSE(holds(set, "1.2.3.4"));
}

TEST(NetworkList, ReadsIpv4AsInetAtonDoes) {
  EXPECT_TRUE(holds(listed("10.1"), "10.0.0.1"));
  EXPECT_TRUE(holds(listed("0x7f.1"), "127.0.0.1"));
  EXPECT_TRUE(holds(listed("010.0.0.1"), "8.0.0.1"));
  EXPECT_TRUE(holds(listed("3221226241"), "192.0.3.1"));
  EXPECT_TRUE(listed("256.0.0.1\n1.2.3.4.5\n1.2.65536\n09.1.1.1").empty());
}

TEST(NetworkList, KeepsFamiliesApart) {
  const auto set = listed("::ffff:0:0/96");
  EXPECT_TRUE(holds(set, "::ffff:10.0.0.1"));
  EXPECT_FALSE(holds(set, "10.0.0.1"));
  EXPECT_FALSE(holds(listed("0.0.0.0/0"), "::1"));
}

RC_GTEST_PROP(NetworkSetProperty, AnswersAsEachOfItsNetworksWould, ()) {
  // Few bits, so that networks contain each other and addresses hit them.
  const auto number = [](std::uint8_t a, std::uint8_t b) {
    return IpAddress(IpAddress::V4Bytes{10, 0, a, b});
  };
  std::vector<Cidr> networks;
  const auto drawn =
      *rc::gen::container<std::vector<std::tuple<std::uint8_t, std::uint8_t, int>>>(rc::gen::tuple(
          rc::gen::arbitrary<std::uint8_t>(), rc::gen::arbitrary<std::uint8_t>(), rc::gen::inRange(16, 33)));
  for (const auto& [a, b, prefix] : drawn) networks.emplace_back(number(a, b), prefix);
  const NetworkSet set(networks);
  const auto address = number(*rc::gen::arbitrary<std::uint8_t>(), *rc::gen::arbitrary<std::uint8_t>());
  bool expected = false;
  for (const auto& network : networks) expected = expected || network.contains(address);
  RC_ASSERT(set.contains(address) == expected);
}

}  // namespace
}  // namespace pscheduler::limits
