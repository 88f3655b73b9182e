#include "pscheduler/addr/host_port.hpp"

#include <gtest/gtest.h>

namespace pscheduler {
namespace {

TEST(HostName, AcceptsWhatNamesHosts) {
  for (const std::string& name :
       {std::string("localhost"), std::string("a"), std::string("ps1.example.org"),
        std::string("ps1.example.org."), std::string("_dns.example.org"),
        std::string("xn--bcher-kva.example"), std::string("3com.com"), std::string("a-b.c-d"),
        std::string(63, 'a') + ".b", std::string("1.2.3.4")}) {
    EXPECT_TRUE(check_host_name(name)) << name;
  }
}

struct BadName {
  std::string text;
  std::string_view why;
};
void PrintTo(const BadName& tried, std::ostream* out) {
  *out << tried.text.substr(0, 40);
}

class HostNameRefusal : public testing::TestWithParam<BadName> {};

TEST_P(HostNameRefusal, SaysWhy) {
  const auto checked = check_host_name(GetParam().text);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find(GetParam().why), std::string::npos) << checked.error().message;
  EXPECT_LT(checked.error().message.size(), 300u);
}

INSTANTIATE_TEST_SUITE_P(Table, HostNameRefusal,
                         testing::Values(BadName{"", "empty"}, BadName{".", "empty label"},
                                         BadName{"a..b", "empty label"}, BadName{".a", "empty label"},
                                         BadName{"a b", "only letters"}, BadName{"a.b_c", "only letters"},
                                         BadName{"a._b", "only letters"}, BadName{"-a", "hyphen"},
                                         BadName{"a-.b", "hyphen"}, BadName{"bücher.example", "xn--"},
                                         BadName{std::string(64, 'a'), "63 characters"},
                                         BadName{std::string(40'000, 'a'), "255 characters"},
                                         BadName{"a/b", "only letters"},
                                         BadName{std::string("a\0b", 3), "only letters"}));

TEST(Host, IsANameOrAnAddress) {
  for (const std::string_view text : {"example.org", "192.0.2.1", "::1", "fe80::1%eth0"}) {
    EXPECT_TRUE(check_host(text)) << text;
  }
  for (const std::string_view text : {"[::1]", "example.org:443", ""}) EXPECT_FALSE(check_host(text)) << text;
}

struct Form {
  std::string_view text;
  HostPort parsed;
  std::string_view printed;
};
void PrintTo(const Form& tried, std::ostream* out) {
  *out << tried.text;
}

class HostPortForm : public testing::TestWithParam<Form> {};

TEST_P(HostPortForm, IsReadAndPrinted) {
  const auto parsed = HostPort::parse(GetParam().text, BareIpv6::accepted);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(*parsed, GetParam().parsed);
  EXPECT_EQ(parsed->to_string(), GetParam().printed);
}

INSTANTIATE_TEST_SUITE_P(
    Table, HostPortForm,
    testing::Values(Form{"ps1.example.org", {"ps1.example.org", {}}, "ps1.example.org"},
                    Form{"ps1.example.org:8443", {"ps1.example.org", 8443}, "ps1.example.org:8443"},
                    Form{"192.0.2.1", {"192.0.2.1", {}}, "192.0.2.1"},
                    Form{"192.0.2.1:0", {"192.0.2.1", 0}, "192.0.2.1:0"}, Form{"[::1]", {"::1", {}}, "[::1]"},
                    Form{"[::1]:65535", {"::1", 65535}, "[::1]:65535"}, Form{"::1", {"::1", {}}, "[::1]"},
                    Form{"2001:db8::1:443", {"2001:db8::1:443", {}}, "[2001:db8::1:443]"},
                    Form{"[fe80::1%eth0]:443", {"fe80::1%eth0", 443}, "[fe80::1%eth0]:443"}));

struct BadForm {
  std::string_view text;
  std::string_view why;
};
void PrintTo(const BadForm& tried, std::ostream* out) {
  *out << tried.text;
}

class HostPortRefusal : public testing::TestWithParam<BadForm> {};

TEST_P(HostPortRefusal, SaysWhy) {
  const auto parsed = HostPort::parse(GetParam().text, BareIpv6::refused);
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().message.find(GetParam().why), std::string::npos) << parsed.error().message;
}

INSTANTIATE_TEST_SUITE_P(Table, HostPortRefusal,
                         testing::Values(BadForm{"", "empty"}, BadForm{":443", "empty"},
                                         BadForm{"a:", "port"}, BadForm{"a:65536", "port"},
                                         BadForm{"a:-1", "port"}, BadForm{"a:http", "port"},
                                         BadForm{"a:000443", "port"}, BadForm{"a:443:443", "port"},
                                         BadForm{"::1", "brackets"}, BadForm{"[::1", "closing bracket"},
                                         BadForm{"[::1]443", ":port may follow"}, BadForm{"[::1]:", "port"},
                                         BadForm{"[192.0.2.1]", "IPv6 address"},
                                         BadForm{"[]", "IPv6 address"}, BadForm{"user@a", "only letters"},
                                         BadForm{"https://a", "port"}));

}  // namespace
}  // namespace pscheduler
