// Which requesters each type of identifier matches.

#include <gmock/gmock.h>

#include "unit/limits/deciding.hpp"

namespace pscheduler::limits {
namespace {

class Identifying : public testing::Test {
 protected:
  // Whether an identifier matches, next to one that always does.
  bool matches(const std::string& type, const std::string& data, const std::string& hints,
               bool invert = false) {
    auto file =
        parsed(R"({"schema": 4, "classifiers": [{"name": "all", "description": "", "identifiers": ["any"]}],
      "identifiers": [{"name": "any", "description": "", "type": "always", "data": {}}], "limits": [], "applications": []})");
    file["identifiers"].push_back(
        {{"name", "x"}, {"description", ""}, {"type", type}, {"data", parsed(data)}, {"invert", invert}});
    decision_ = world_.decide(file, parsed(R"({"test": {"type": "rtt", "spec": {}}})"), parsed(hints));
    return decision_.trace.identified().size() == 2;
  }

  World world_;
  Decision decision_;
};

Answer texts(std::vector<std::string> values) {
  return values;
}

const char* const kFrom192 = R"({"requester": "192.0.2.1"})";
const char* const kFromV6 = R"({"requester": "2001:db8::1"})";

TEST_F(Identifying, Hints) {
  const auto style = [this](const std::string& match, const std::string& hints) {
    return matches("hint", R"({"hint": "server", "match": )" + match + "}", hints);
  };
  const std::string kServer = R"({"server": "xxfoobar"})";
  EXPECT_TRUE(style(R"({"style": "exact", "match": "xxfoobar"})", kServer));
  EXPECT_FALSE(style(R"({"style": "exact", "match": "foo"})", kServer));
  EXPECT_TRUE(style(R"({"style": "contains", "match": "foo"})", kServer));
  EXPECT_TRUE(style(R"({"style": "contains", "match": "FOO", "case-insensitive": true})", kServer));
  EXPECT_FALSE(style(R"({"style": "contains", "match": "foo", "invert": true})", kServer));
  EXPECT_FALSE(style(R"({"style": "exact", "match": "a", "invert": true})", "{}"));
  EXPECT_TRUE(style(R"({"style": "regex", "match": "o+b"})", kServer));
  EXPECT_FALSE(style(R"({"style": "regex", "match": "FOO"})", kServer));
  EXPECT_TRUE(style(R"({"style": "regex", "match": "(?i)FOO"})", kServer));
  EXPECT_TRUE(style(R"({"style": "regex", "match": "a$"})", R"({"server": "a\n"})"));
  EXPECT_FALSE(style(R"({"style": "regex", "match": "a\\Z"})", R"({"server": "a\n"})"));
  EXPECT_TRUE(style(R"({"style": "regex", "match": "^\\w\\d$"})", "{\"server\": \"\u00e4\u0663\"}"));
  const std::string kUnicode = "{\"server\": \"\u0416\u00fcrich .+\"}";
  const auto ignoring_case = [&](const std::string& kind, const std::string& match) {
    return style(R"({"style": ")" + kind + R"(", "match": ")" + match + R"(", "case-insensitive": true})",
                 kUnicode);
  };
  EXPECT_TRUE(ignoring_case("exact", "\u0436\u00dcRICH .+"));
  EXPECT_FALSE(ignoring_case("exact", "\u0436\u00dcRICH ."));
  EXPECT_FALSE(ignoring_case("exact", "\u00dcRICH .+"));
  EXPECT_TRUE(ignoring_case("contains", "\u00dcRICH .+"));
  EXPECT_TRUE(ignoring_case("contains", ""));
  EXPECT_FALSE(ignoring_case("contains", "u.+"));
  EXPECT_FALSE(style(R"({"style": "contains", "match": "\u00dcrich"})", kUnicode));
  EXPECT_FALSE(
      style(R"({"style": "exact", "match": "XXFOOBAR", "case-insensitive": true, "invert": true})", kServer));
  // With regular expressions the flag skips two characters instead of ignoring case.
  EXPECT_TRUE(style(R"({"style": "regex", "match": "foo", "case-insensitive": true})", kServer));
  EXPECT_FALSE(style(R"({"style": "regex", "match": "xx", "case-insensitive": true})", kServer));
  EXPECT_FALSE(style(R"({"style": "regex", "match": "^foo", "case-insensitive": true})", kServer));
  EXPECT_FALSE(style(R"({"style": "regex", "match": "FOO", "case-insensitive": true})", kServer));
  EXPECT_FALSE(style(R"({"style": "regex", "match": "r", "case-insensitive": true})", R"({"server": "r"})"));
}

TEST_F(Identifying, RegularExpressionsThatNeverEndDoNotMatchAndSaySo) {
  const std::string subject = "{\"server\": \"" + std::string(3000, 'a') + "!\"}";
  EXPECT_FALSE(
      matches("hint", R"({"hint": "server", "match": {"style": "regex", "match": "(a+)+$"}})", subject));
  EXPECT_NE(decision_.diags.find("takes too long"), std::string::npos);
}

TEST_F(Identifying, Inverted) {
  EXPECT_FALSE(matches("ip-cidr-list", R"({"cidrs": ["192.0.2.0/24"]})", kFrom192, true));
  EXPECT_FALSE(matches("ip-cidr-list", R"({"cidrs": ["10.0.0.0/8"]})", kFrom192, true));
  EXPECT_FALSE(matches("always", "{}", kFrom192, true));
}

TEST_F(Identifying, Networks) {
  EXPECT_TRUE(matches("ip-cidr-list", R"({"cidrs": ["192.0.2.0/24"]})", kFrom192));
  EXPECT_FALSE(matches("ip-cidr-list", R"({"cidrs": []})", kFrom192));
  EXPECT_FALSE(matches("ip-cidr-list", R"({"cidrs": ["0.0.0.0/0"]})", "{}"));
  EXPECT_TRUE(
      matches("ip-cidr-list", R"({"cidrs": ["::ffff:0:0/96"]})", R"({"requester": "::ffff:10.0.0.1"})"));
  EXPECT_FALSE(
      matches("ip-cidr-list", R"({"cidrs": ["10.0.0.0/8"]})", R"({"requester": "::ffff:10.0.0.1"})"));
  EXPECT_FALSE(matches("ip-cidr-list", R"({"cidrs": ["0.0.0.0/0"]})", R"({"requester": "nobody"})"));
  EXPECT_NE(decision_.diags.find("Identifier 'x' raised an error"), std::string::npos) << decision_.diags;
}

TEST_F(Identifying, DownloadedNetworks) {
  const std::string data =
      R"({"source": "x", "update": "PT1H", "retry": "PT1M", "exclude": ["192.0.2.128/25"], "fail-state": )";
  EXPECT_FALSE(matches("ip-cidr-list-url", data + "false}", kFrom192));
  EXPECT_TRUE(matches("ip-cidr-list-url", data + "true}", kFrom192));
  EXPECT_TRUE(matches("ip-cidr-list-url", data + "true}", "{}"));
  world_.lists[1] = Networks(std::make_shared<const NetworkSet>(*read_network_list("192.0.2.0/24")));
  EXPECT_TRUE(matches("ip-cidr-list-url", data + "false}", kFrom192));
  EXPECT_FALSE(matches("ip-cidr-list-url", data + "true}", R"({"requester": "192.0.2.200"})"));
  EXPECT_FALSE(matches("ip-cidr-list-url", data + "true}", kFromV6));
  EXPECT_FALSE(matches("ip-cidr-list-url", data + "true}", "{}"));
}

TEST_F(Identifying, Bogons) {
  const std::string name = "1.2.0.192.v4.fullbogons.cymru.com";
  const std::string no = R"({"exclude": ["192.0.2.128/25"], "fail-result": false})";
  const std::string yes = R"({"exclude": ["192.0.2.0/24"], "fail-result": true})";
  EXPECT_FALSE(matches("ip-cymru-bogon", yes, kFrom192));
  world_.dns[name] = texts({"127.0.0.2", "127.0.0.1"});
  EXPECT_TRUE(matches("ip-cymru-bogon", no, kFrom192));
  EXPECT_FALSE(matches("ip-cymru-bogon", yes, kFrom192)) << "excluded";
  EXPECT_TRUE(matches("ip-cymru-bogon", no, R"({"requester": "::ffff:192.0.2.1"})"));
  world_.dns[name] = texts({"127.0.0.1", "127.0.0.2"});
  EXPECT_FALSE(matches("ip-cymru-bogon", no, kFrom192));
  for (const Answer& failure :
       {texts({}), Answer(fail(Errc::timed_out, "")), Answer(fail(Errc::unavailable, ""))}) {
    world_.dns[name] = failure;
    EXPECT_FALSE(matches("ip-cymru-bogon", no, kFrom192));
    EXPECT_TRUE(matches("ip-cymru-bogon", yes, kFrom192)) << "exclusions are not consulted";
  }
  world_.dns["1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.v6.fullbogons.cymru.com"] =
      texts({"127.0.0.2"});
  EXPECT_TRUE(matches("ip-cymru-bogon", no, kFromV6));
}

TEST_F(Identifying, AutonomousSystems) {
  const std::string data = R"({"asns": [64512, 64513], "fail-result": false})";
  world_.dns["1.2.0.192.origin.asn.cymru.com"] =
      texts({"AS1 64513 | 192.0.2.0/24 | US | arin | 2000-01-01", "64512 | x"});
  EXPECT_TRUE(matches("ip-cymru-asn", data, kFrom192));
  world_.dns["1.2.0.192.origin.asn.cymru.com"] = texts({"1 | 64512 |", "64512 | x"});
  EXPECT_FALSE(matches("ip-cymru-asn", data, kFrom192));
  EXPECT_FALSE(
      matches("ip-cymru-asn", R"({"asns": [64512], "fail-result": true})", R"({"requester": "192.0.2.2"})"));
  world_.dns["1.2.0.192.origin.asn.cymru.com"] = fail(Errc::timed_out, "");
  EXPECT_TRUE(matches("ip-cymru-asn", R"({"asns": [64512], "fail-result": true})", kFrom192));
  world_.dns["1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.origin6.asn.cymru.com"] =
      texts({"64512 | x"});
  EXPECT_TRUE(matches("ip-cymru-asn", data, kFromV6));
  world_.dns["1.2.0.192.peer.asn.cymru.com"] = texts({"7 64512 9 | x"});
  EXPECT_TRUE(matches("ip-cymru-asn", R"({"asns": [64512], "fail-result": false, "peers": true})", kFrom192));
}

TEST_F(Identifying, VerifiedNames) {
  const auto named = [this](const std::string& match, const char* hints = kFrom192) {
    return matches("ip-reverse-dns", R"({"timeout": "PT1S", "match": )" + match + "}", hints);
  };
  const std::string exact = R"({"style": "exact", "match": "ps.example.net"})";
  EXPECT_FALSE(named(exact));
  world_.dns["1.2.0.192.in-addr.arpa"] = texts({"ps.example.net", "other.example.net"});
  EXPECT_FALSE(named(exact)) << "the name does not lead back";
  world_.dns["ps.example.net"] = texts({"198.51.100.1", "192.0.2.1"});
  EXPECT_TRUE(named(exact));
  EXPECT_TRUE(named(R"({"style": "exact", "match": "ps.example.net."})"));
  EXPECT_FALSE(named(R"({"style": "exact", "match": "other.example.net"})"));
  EXPECT_TRUE(named(R"({"style": "exact", "match": "ps.example.net", "invert": true})"))
      << "one spelling differs";
  EXPECT_FALSE(named(R"({"style": "contains", "match": "example", "invert": true})"));
  world_.dns["1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"] =
      texts({"six.example.net"});
  world_.dns["six.example.net"] = texts({"2001:db8::1"});
  EXPECT_TRUE(named(R"({"style": "contains", "match": "six"})", kFromV6));
  EXPECT_FALSE(named(R"({"style": "contains", "match": "six"})", R"({"requester": "2001:db8:0::1"})"))
      << "texts are compared";
}

TEST_F(Identifying, Scripts) {
  EXPECT_TRUE(
      matches("jq", R"({"script": ".requester == $who, 5", "args": {"who": "192.0.2.1"}})", kFrom192));
  EXPECT_FALSE(matches("jq", R"({"script": "\"true\""})", kFrom192));
  EXPECT_FALSE(matches("jq", R"({"script": "empty"})", kFrom192));
  EXPECT_FALSE(matches("jq", R"x({"script": "true, error(\"later\")"
})x",
                       kFrom192));
  EXPECT_EQ(decision_.diags.find("raised"), std::string::npos);
  EXPECT_FALSE(matches("jq", R"({"script": "true", "output-raw": true})", kFrom192));
}

TEST_F(Identifying, AddressesOfThisHost) {
  world_.local.addresses = {*IpAddress::parse("192.0.2.1")};
  world_.local.subnets = NetworkSet({*Cidr::parse("192.0.2.1/24", HostBits::cleared, BareAddress::refused)});
  EXPECT_TRUE(matches("localif", "{}", kFrom192));
  EXPECT_FALSE(matches("localif", "{}", R"({"requester": "192.0.2.9"})"));
  EXPECT_TRUE(matches("local-subnet", "{}", R"({"requester": "192.0.2.9"})"));
  EXPECT_FALSE(matches("local-subnet", "{}", kFromV6));
}

TEST_F(Identifying, AsksForEverythingAtOnce) {
  auto file = parsed(R"({"schema": 1, "limits": [], "applications": [],
    "identifiers": [
      {"name": "a", "description": "", "type": "ip-cymru-bogon", "data": {"exclude": [], "fail-result": true}},
      {"name": "b", "description": "", "type": "ip-cymru-asn", "data": {"asns": [], "fail-result": true}},
      {"name": "c", "description": "", "type": "ip-reverse-dns", "data": {"timeout": "PT7S", "match": {"style": "exact", "match": ""}}},
      {"name": "d", "description": "", "type": "jq", "data": {"script": "true"}}],
    "classifiers": []})");
  decision_ = world_.decide(file, parsed(R"({"test": {}})"), parsed(kFrom192));
  ASSERT_EQ(world_.rounds.size(), 1U);
  EXPECT_EQ(world_.rounds[0].size(), 4U);
  EXPECT_EQ(std::get<LookUp>(world_.rounds[0][0]).time_limit, std::chrono::seconds(2));
  EXPECT_EQ(std::get<LookUp>(world_.rounds[0][2]).time_limit, std::chrono::seconds(7));
}

TEST(Classifying, CountsAsRequired) {
  const auto satisfied = [](const char* require, const Json& identifiers) {
    auto file = parsed(R"({"schema": 4, "limits": [], "applications": [], "identifiers": [
      {"name": "a", "description": "", "type": "always", "data": {}}, {"name": "b", "description": "", "type": "always", "data": {}},
      {"name": "c", "description": "", "type": "always", "invert": true, "data": {}}]})");
    file["classifiers"] = {
        {{"name", "x"}, {"description", ""}, {"identifiers", identifiers}, {"require", require}}};
    World world;
    return world.decide(file, parsed(R"({"test": {}})"), parsed("{}")).trace.classified().size() == 1;
  };
  EXPECT_TRUE(satisfied("any", {"c", "a"}));
  EXPECT_FALSE(satisfied("any", {"c"}));
  EXPECT_FALSE(satisfied("any", Json::array()));
  EXPECT_TRUE(satisfied("all", {"a", "b"}));
  EXPECT_FALSE(satisfied("all", {"a", "c"}));
  EXPECT_TRUE(satisfied("all", Json::array()));
  EXPECT_TRUE(satisfied("one", {"a", "c"}));
  EXPECT_FALSE(satisfied("one", {"a", "a"}));
  EXPECT_TRUE(satisfied("none", {"c"}));
  EXPECT_FALSE(satisfied("none", {"a"}));
  EXPECT_TRUE(satisfied("none", Json::array()));
}

}  // namespace
}  // namespace pscheduler::limits
