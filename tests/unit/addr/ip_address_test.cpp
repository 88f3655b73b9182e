#include "pscheduler/addr/ip_address.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pscheduler/addr/cidr.hpp"

namespace pscheduler {
namespace {

struct Spelling {
  std::string_view text;
  std::string_view canonical;
};
void PrintTo(const Spelling& tried, std::ostream* out) {
  *out << tried.text;
}

class IpSpelling : public testing::TestWithParam<Spelling> {};

TEST_P(IpSpelling, HasOneCanonicalForm) {
  const auto address = IpAddress::parse(GetParam().text);
  ASSERT_TRUE(address) << address.error().message;
  EXPECT_EQ(address->to_string(), GetParam().canonical);
  EXPECT_EQ(address->is_v6(), GetParam().canonical.find(':') != std::string_view::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Table, IpSpelling,
    testing::Values(Spelling{"127.0.0.1", "127.0.0.1"}, Spelling{"0.0.0.0", "0.0.0.0"},
                    Spelling{"255.255.255.255", "255.255.255.255"}, Spelling{"::1", "::1"},
                    Spelling{"::", "::"}, Spelling{"0:0:0:0:0:0:0:1", "::1"},
                    Spelling{"2001:DB8::1", "2001:db8::1"},
                    Spelling{"2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"},
                    Spelling{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, Spelling{"1::", "1::"},
                    Spelling{"fe80::1%eth0", "fe80::1"}, Spelling{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
                    Spelling{"::ffff:c000:201", "::ffff:192.0.2.1"},
                    Spelling{"64:ff9b::192.0.2.33", "64:ff9b::c000:221"}));

TEST(IpAddress, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"",         "localhost", "1.2.3",         "1.2.3.4.5",         "256.1.1.1",
        "01.2.3.4", "1.2.3.4 ",  " 1.2.3.4",      "1.2.3.4%eth0",      "0x7f.1",
        "[::1]",    ":::",       "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::",
        "::g",      "::1%",      "::1/128",       "::ffff:1.2.3",      "1::2::3"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, Errc::invalid_argument);
  }
}

TEST(IpAddress, KnowsItsKind) {
  const auto ip = [](std::string_view text) { return IpAddress::parse(text).value(); };
  EXPECT_TRUE(ip("127.9.9.9").is_loopback());
  EXPECT_TRUE(ip("::1").is_loopback());
  EXPECT_FALSE(ip("::2").is_loopback());
  EXPECT_FALSE(ip("1::1").is_loopback());
  EXPECT_FALSE(ip("::ffff:127.0.0.1").is_loopback());
  EXPECT_TRUE(ip("::ffff:127.0.0.1").unmapped().is_loopback());
  EXPECT_EQ(ip("::127.0.0.1").unmapped(), ip("::127.0.0.1"));
  EXPECT_TRUE(ip("::").is_unspecified());
  EXPECT_TRUE(ip("0.0.0.0").is_unspecified());
  EXPECT_FALSE(ip("0.0.0.1").is_unspecified());
  EXPECT_TRUE(ip("febf::1").is_link_local());
  EXPECT_FALSE(ip("fec0::1").is_link_local());
  EXPECT_TRUE(ip("169.254.1.1").is_link_local());
  EXPECT_LT(ip("255.0.0.0"), ip("::"));
}

RC_GTEST_PROP(IpAddressProperty, TextIsReadBack, (IpAddress::V6Bytes bytes, bool is_v4, bool has_zeros)) {
  if (has_zeros) std::fill(bytes.begin() + 4, bytes.begin() + 12, std::uint8_t{0});
  const auto address =
      is_v4 ? IpAddress(IpAddress::V4Bytes{bytes[0], bytes[1], bytes[2], bytes[3]}) : IpAddress(bytes);
  RC_ASSERT(IpAddress::parse(address.to_string()).value() == address);
}

struct Membership {
  std::string_view block;
  std::string_view address;
  bool inside;
};
void PrintTo(const Membership& tried, std::ostream* out) {
  *out << tried.address << " in " << tried.block;
}

class CidrMembership : public testing::TestWithParam<Membership> {};

TEST_P(CidrMembership, IsByPrefixAndFamily) {
  const auto block = Cidr::parse(GetParam().block, HostBits::refused, BareAddress::accepted);
  ASSERT_TRUE(block) << block.error().message;
  EXPECT_EQ(block->contains(IpAddress::parse(GetParam().address).value()), GetParam().inside);
}

INSTANTIATE_TEST_SUITE_P(
    Table, CidrMembership,
    testing::Values(
        Membership{"10.0.0.0/8", "10.255.255.255", true}, Membership{"10.0.0.0/8", "11.0.0.0", false},
        Membership{"192.0.2.128/25", "192.0.2.128", true}, Membership{"192.0.2.128/25", "192.0.2.127", false},
        Membership{"0.0.0.0/0", "8.8.8.8", true}, Membership{"0.0.0.0/0", "::1", false},
        Membership{"::/0", "2001:db8::1", true}, Membership{"::/0", "1.2.3.4", false},
        Membership{"192.0.2.1", "192.0.2.1", true}, Membership{"192.0.2.1", "192.0.2.2", false},
        Membership{"fd12::/16", "fd12:ffff::1", true}, Membership{"2001:db8::/33", "2001:db8:8000::", false},
        Membership{"::ffff:0:0/96", "::ffff:10.0.0.1", true},
        Membership{"10.0.0.0/8", "::ffff:10.0.0.1", false}, Membership{"::1/128", "::1", true}));

TEST(Cidr, SaysWhatIsWrong) {
  const auto why = [](std::string_view text) {
    const auto block = Cidr::parse(text, HostBits::refused, BareAddress::refused);
    return block ? "" : block.error().message;
  };
  EXPECT_NE(why("10.0.0.1/8").find("the block is 10.0.0.0/8"), std::string::npos);
  EXPECT_NE(why("10.0.0.1").find("write 10.0.0.1/32"), std::string::npos);
  EXPECT_NE(why("::1").find("write ::1/128"), std::string::npos);
  for (const std::string_view text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ",
                                      "10.0.0.0/255.0.0.0", "10.0.0.0/0008", "::/129"}) {
    EXPECT_NE(why(text).find("a number from 0 to "), std::string::npos) << text << why(text);
  }
  for (const std::string_view text : {"", "/8", "example.org/8", "10/8", "fe80::%eth0/64"}) {
    EXPECT_NE(why(text).find("no IP address"), std::string::npos) << text;
  }
}

TEST(Cidr, HostBitsCanBeCleared) {
  EXPECT_EQ(Cidr::parse("10.1.2.3/15", HostBits::cleared, BareAddress::refused)->to_string(), "10.0.0.0/15");
  EXPECT_EQ(Cidr::parse("2001:db8:ffff::1/33", HostBits::cleared, BareAddress::refused)->to_string(),
            "2001:db8:8000::/33");
}

}  // namespace
}  // namespace pscheduler
