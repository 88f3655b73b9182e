#include "pscheduler/json/dictionary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pscheduler/json/pointer.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/schema.hpp"

namespace pscheduler::json {
namespace {

// A type, and JSON texts it takes and refuses; the name of the case is that of the type.
struct Type {
  std::string name;
  std::vector<std::string> takes;
  std::vector<std::string> refuses;
};

void PrintTo(const Type& type, std::ostream* out) {
  *out << type.name;
}

class Dictionary : public ::testing::TestWithParam<Type> {};

TEST_P(Dictionary, TakesAndRefuses) {
  const auto schema = Schema::of_type(GetParam().name);
  ASSERT_TRUE(schema) << schema.error().message;
  for (const auto& text : GetParam().takes) {
    const auto violation = schema->check(read(text).value());
    EXPECT_FALSE(violation) << text << " refused: " << to_text(*violation);
  }
  for (const auto& text : GetParam().refuses) {
    EXPECT_TRUE(schema->check(read(text).value())) << text << " taken";
  }
}

std::string case_name(const ::testing::TestParamInfo<Type>& test) {
  std::string name = test.param.name;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(
    Scalars, Dictionary,
    ::testing::Values(
        Type{"AnyJSON", {"null", "{}", "[1]"}, {}}, Type{"Array", {"[]"}, {"{}"}},
        Type{"Boolean", {"true"}, {"1", "\"true\""}},
        Type{"Integer", {"-4", "2.0"}, {"2.5", "true", "\"2\""}},
        Type{"Number", {"1", "-2.5"}, {"\"1\"", "true"}}, Type{"Float", {"1", "1.5"}, {"null"}},
        Type{"String", {"\"\""}, {"null"}}, Type{"StringNull", {"\"x\"", "null"}, {"1"}},
        Type{"Cardinal", {"1", "1.0"}, {"0", "1.5", "-1", "true"}}, Type{"CardinalZero", {"0"}, {"-1"}},
        Type{"Int8", {"-128", "127"}, {"-129", "128"}}, Type{"UInt8", {"0", "255"}, {"-1", "256"}},
        Type{"Int16", {"-32768", "32767"}, {"-32769", "32768"}}, Type{"UInt16", {"65535"}, {"65536"}},
        Type{"Int32", {"-2147483648", "2147483647"}, {"-2147483649", "2147483648"}},
        Type{"UInt32", {"4294967295"}, {"4294967296"}},
        Type{"Int64", {"-9223372036854775808", "9223372036854775807"}, {"9223372036854775808"}},
        Type{"UInt64", {"0", "18446744073709551615"}, {"-1", "1.8446744073709552e19"}},
        Type{"IPPort", {"0", "65535"}, {"-1", "65536"}}, Type{"IPTOS", {"0", "255"}, {"256"}},
        Type{"Probability", {"0", "0.5", "1.0"}, {"-0.1", "1.01"}},
        Type{"SINumber",
             {"5", "-5", "\"10\"", "\"1.5G\"", "\"4 ki\"", "\"2Yi\""},
             {"1.5", "\"-5\"", "\"1e3\"", "\"5X\"", "\"5 \"", "\"\"", "\"10M\\n\""}},
        Type{"Numeric", {"1.5", "\"1.5K\""}, {"\"x\"", "null"}},
        Type{"Duration",
             {"\"PT30S\"", "\"P1W2DT3H4M5.5S\"", "\"PT\"", "\"P1DT\"", "\"P0D\"", "\"PT1.5M\""},
             {"\"P\"", "\"10s\"", "\"pt1s\"", "\"P1Y\"", "\"P1M\"", "\"-PT1S\"", "\"R5/PT1S\"", "\"PT1S1M\"",
              "\"PT1S \"", "\"PT.5S\"", "\"PT1,5S\"", "10"}},
        Type{"Timestamp",
             {"\"2030\"", "\"2030-05\"", "\"2030-05-01\"", "\"20300501\"", "\"2030-W05-1\"", "\"2030W05\"",
              "\"2030-123\"", "\"2030123\"", "\"2030-05-01T12:00:00Z\"", "\"2030-05-01 12:00\"",
              "\"2030-05-01T12\"", "\"20300501T120000z\"", "\"2030-05-01T12:00:00.123456+02:00\"",
              "\"2030-05-01T12:00:00,5-0530\"", "\"2030-05-01T12:00:00+02\"", "\"+2030-05-01\"",
              "\"2030-05-01T24:00\""},
             {"\"\"", "\"tomorrow\"", "\"soonest\"", "\"2030-13-01\"", "\"2030-05-32\"", "\"2030-05-01T\"",
              "\"2030-05-01T25:00\"", "\"2030-05-01T12:60\"", "\"2030-05-01T12:00+25:00\"", "\"30-05-01\"",
              "\"2030-05-01T12:00:00Z\\n\"", "\"2030-W54\"", "\"2030-367\"", "2030"}},
        Type{"TimestampAbsoluteRelative",
             {"\"2030-05-01T12:00:00Z\"", "\"PT10M\"", "\"@PT1H\"", "\"@P1Y2M\"", "\"@R5/PT1H\"",
              "\"@R/P1D\""},
             {"\"@\"", "\"@P\"", "\"@@PT1H\"", "\"P1Y\"", "\"soonest\"", "\"forever\"", "\"PT1H@\"", "null"}},
        Type{"POSIXCronSpecification",
             {"\"* * * * *\"", "\"0 0 1 1 0\"", "\"59 23 31 12 6\"", "\"0,15,30-45 1-5,7 * * 1-5\"",
              "\"05  07 * * *\""},
             {"\"* * * *\"", "\"* * * * * *\"", "\"60 * * * *\"", "\"* 24 * * *\"", "\"* * 0 * *\"",
              "\"* * 32 * *\"", "\"* * * 13 *\"", "\"* * * * 7\"", "\"*/5 * * * *\"", "\"* * * jan *\"",
              "\"1, * * * *\"", "\"1-2-3 * * * *\"", "\" * * * * *\"", "\"\""}},
        Type{"Email", {"\"ops@example.org\""}, {"\"ops\"", "1"}},
        Type{"GeographicPosition",
             {"\"+42.28-083.74\"", "\"+4217-08344+256\"", "\"-421700.5+0834400.25/\""},
             {"\"42.28-083.74\"", "\"+42.28\"", "\"+42.28-83.74\""}},
        Type{"HostName",
             {"\"a\"", "\"ps.example.org\"", "\"ps.example.org.\"", "\"_dmarc.example.org\"", "\"10.0.0.1\"",
              "\"a-.b\"", "\"" + std::string(63, 'a') + ".b\""},
             {"\"\"", "\"a..b\"", "\"-a\"", "\"a._b\"", "\"a b\"", "\"ps:443\"", "\"[::1]\"", "\"ä.org\"",
              "\".\"", "\"" + std::string(64, 'a') + "\"", "\"" + std::string(256, 'a') + "\"",
              "\"" + std::string(40'000, 'a') + "\""}},
        Type{"IPv4",
             {"\"0.0.0.0\"", "\"192.0.2.255\""},
             {"\"192.0.2\"", "\"192.0.2.256\"", "\"192.0.2.01\"", "\"192.0.2.1 \"", "\"1.2.3.4.5\"",
              "\"a.b.c.d\""}},
        Type{"IPv6",
             {"\"::\"", "\"::1\"", "\"2001:db8::1\"", "\"1:2:3:4:5:6:7:8\"", "\"::ffff:192.0.2.1\"",
              "\"1::\"", "\"1:2:3:4:5:6:192.0.2.1\"", "\"1:2:3:4:5:6:7::\""},
             {"\":\"", "\":::\"", "\"1::2::3\"", "\"12345::\"", "\"1:2:3:4:5:6:7\"", "\"1:2:3:4:5:6:7:8:9\"",
              "\"fe80::1%eth0\"", "\"[::1]\"", "\"::192.0.2.256\"", "\"1:2:3:4:5:6:7:8::\"", "\"::1 \"",
              "\"1:\"", "\"g::\""}},
        Type{"IPAddress", {"\"192.0.2.1\"", "\"::1\""}, {"\"localhost\"", "\"192.0.2.0/24\""}},
        Type{"Host",
             {"\"localhost\"", "\"192.0.2.1\"", "\"::1\""},
             {"\"[::1]\"", "\"localhost:443\"", "\"\"", "\"a b\"", "null"}},
        Type{"HostNamePort",
             {"\"ps.example.org\"", "\"ps.example.org:8443\"", "\"_a.b:1\"", "\"192.0.2.1:443\""},
             {"\"ps.example.org.\"", "\"a._b\"", "\"a:\"", "\"a:b\"", "\"::1\"", "\"a:123456\""}},
        Type{"IPv6RFC2732",
             {"\"[::1]\"", "\"[2001:db8::1]:8443\"", "\"[fe80::1%eth0]:443\""},
             {"\"::1\"", "\"[::1]:\"", "\"[::1]:x\"", "\"[fe80::1%]\"", "\"[::1\"", "\"[1.2.3.4]\"",
              "\"[::1]443\""}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    MoreScalars, Dictionary,
    ::testing::Values(
        Type{"URLHostPort",
             {"\"ps\"", "\"ps:443\"", "\"192.0.2.1:443\"", "\"[::1]\"", "\"[::1]:443\""},
             {"\"::1\"", "\"https://ps\"", "\"ps/x\"", "\"\""}},
        Type{"IPv4CIDR",
             {"\"0.0.0.0/0\"", "\"192.0.2.0/32\""},
             {"\"192.0.2.0\"", "\"192.0.2.0/33\"", "\"192.0.2.0/\""}},
        Type{"IPv6CIDR",
             {"\"::/0\"", "\"2001:db8::/128\"", "\"::ffff:192.0.2.0/120\""},
             {"\"::\"", "\"::/129\"", "\"s::/8\"", "\"::/-1\"", "\"::/08\""}},
        Type{"IPCIDR", {"\"10.0.0.0/8\"", "\"fc00::/7\""}, {"\"10.0.0.0\"", "\"10.0.0.0/8/8\""}},
        Type{"URL", {"\"https://example.org\"", "\"anything\""}, {"1"}},
        Type{"UUID",
             {"\"2c4e1f70-8a4e-4a5c-9e38-5a1f0a8a1B2C\""},
             {"\"2c4e1f708a4e4a5c9e385a1f0a8a1b2c\"", "\"x\""}},
        Type{"Version",
             {"\"1\"", "\"1.0\"", "\"1.0.0.3\"", "\"5.2.5-rc1\"", "\"1.0b2+x\""},
             {"\"\"", "\"v1\"", "\"1.\"", "\"1..2\"", "\"1.0 \"", "1.0"}},
        Type{"ip-version", {"4", "6", "4.0"}, {"5", "\"4\""}},
        Type{"icmp-error", {"\"net-unreachable\"", "\"precedence-cutoff-in-effect\""}, {"\"unreachable\""}},
        Type{"SchedulingClass", {"\"background-multi\"", "\"normal\""}, {"\"other\""}},
        Type{"SNMPNumericOID", {"\"1.3.6\"", "\".1.3.6\""}, {"\"1..3\"", "\"1.\"", "\"x\""}},
        Type{"SNMPOID",
             {"\"1.3.6\"", "\"IF-MIB::ifInOctets.1\"",
              R"({"type": "ObjectIdentity", "value": "1.3", "x": 1})"},
             {"\"ABC\"", "5", R"({"type": "Integer", "value": 5})"}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Structures, Dictionary,
    ::testing::Values(
        Type{"CardinalList", {"[]", "[1, 2]"}, {"[0]", "1"}}, Type{"CardinalZeroList", {"[0]"}, {"[-1]"}},
        Type{"StringList", {"[\"a\"]"}, {"[1]"}},
        Type{"IPCIDRList", {"[\"10.0.0.0/8\"]"}, {"[\"10.0.0.0\"]"}},
        Type{"ip-version-list", {"[4, 6]"}, {"[5]"}},
        Type{"CardinalRange",
             {R"({"lower": 1, "upper": 2})", R"({"lower": 2, "upper": 1})"},
             {R"({"lower": 1})", R"({"lower": 0, "upper": 2})", R"({"lower": 1, "upper": 2, "x": 3})"}},
        Type{"CardinalZeroRange", {R"({"lower": 0, "upper": 2})"}, {"{}"}},
        Type{"DurationRange", {R"({"lower": "PT1S", "upper": "PT2S"})"}, {R"({"lower": 1, "upper": 2})"}},
        Type{"IPPortRange", {R"({"lower": 0, "upper": 65535})"}, {R"({"lower": 0, "upper": 65536})"}},
        Type{"NumericRange", {R"({"lower": 0.5, "upper": "1M"})"}, {R"({"lower": "x", "upper": 1})"}},
        Type{"ProbabilityRange", {R"({"lower": 0, "upper": 1})"}, {R"({"lower": 0, "upper": 2})"}},
        Type{"SINumberRange", {R"({"lower": "1K", "upper": "1M"})"}, {R"({"lower": 0.5, "upper": "1M"})"}},
        Type{"AS", {R"({"number": 65000, "owner": "x"})"}, {R"({"owner": "x"})", R"({"number": 0})"}},
        Type{"ClockState",
             {R"({"time": "2030-01-01T00:00:00Z", "synchronized": true, "offset": 0.1})"},
             {R"({"time": "2030-01-01T00:00:00Z"})", R"({"time": "now", "synchronized": true})"}},
        Type{"EnumMatch", {R"({"enumeration": ["a", 1], "invert": true})"}, {R"({"enumeration": [true]})"}},
        Type{"StringMatch",
             {R"({"style": "regex", "match": "^a", "case-insensitive": true, "invert": false})"},
             {R"({"style": "glob", "match": "a"})", R"({"match": "a"})"}},
        Type{"JQTransformSpecification",
             {R"({"script": "."})", R"({"script": [".", ""], "output-raw": true, "args": 1})"},
             {"\".\"", "{}", R"({"script": 1})"}},
        Type{"Maintainer",
             {R"({"name": "x", "email": "a@b", "href": "https://x"})"},
             {R"({"name": "x", "email": "b"})"}},
        Type{"NameVersion", {R"({"name": "x", "version": "1.0"})"}, {R"({"name": "x"})"}},
        Type{"ParticipantResult",
             {R"({"succeeded": false, "result": null, "error": "x", "diags": null})"},
             {R"({"succeeded": true})", R"({"succeeded": 1, "result": {}})"}},
        Type{"RetryPolicy",
             {R"([{"attempts": 1, "wait": "PT1S"}])", "[]"},
             {R"([{"attempts": 0, "wait": "PT1S"}])"}},
        Type{"TestSpecification", {R"({"type": "rtt", "spec": {}})"}, {R"({"type": "rtt"})"}},
        Type{"TimeRange", {"{}", R"({"start": "2030-01-01"})"}, {R"({"begin": "2030-01-01"})"}},
        Type{"ContextSpecification",
             {R"({"contexts": [[], [{"context": "c", "data": null}]]})", R"({"schema": 1, "contexts": []})"},
             {"{}", R"({"contexts": [{"context": "c", "data": null}]})",
              R"({"contexts": [[{"context": "c"}]]})", R"({"schema": 2, "contexts": []})"}},
        Type{"ArchiveSpecification",
             {R"({"archiver": "http", "data": {"_url": "x"}, "ttl": "PT1H", "transform": {"script": "."}})",
              R"({"schema": 1, "archiver": "a", "data": null})",
              R"({"schema": 2, "archiver": "a", "data": null, "runs": "failed", "uri-host": "[::1]:443"})",
              R"({"schema": 3, "archiver": "a", "data": null, "label": "x"})"},
             {R"({"archiver": "a"})", R"({"archiver": "a", "data": 1, "runs": "all"})",
              R"({"schema": 2, "archiver": "a", "data": 1, "label": "x"})",
              R"({"schema": 2, "archiver": "a", "data": 1, "runs": "some"})",
              R"({"schema": 4, "archiver": "a", "data": 1})"}},
        Type{
            "ScheduleSpecification",
            {"{}",
             R"({"start": "PT1H", "slip": "PT5M", "sliprand": true, "repeat": "PT1H", "until": "2030-01-01", "max-runs": 5})",
             R"({"schema": 2, "repeat-cron": "0 0 * * *"})"},
            {R"({"randslip": 0.5})", R"({"repeat-cron": "0 0 * * *"})", R"({"max-runs": 0})",
             R"({"until": "forever"})", R"({"schema": 3})"}},
        Type{
            "TaskSpecification",
            {R"({"test": {"type": "rtt", "spec": {"dest": "x"}}})",
             R"({"schema": 1, "test": {"type": "rtt", "spec": {}}, "lead-bind": "::1", "tool": "ping", "tools": ["ping"],
                  "schedule": {"slip": "PT5M"}, "archives": [], "reference": {"a": 1}, "_key": "k"})",
             R"({"schema": 2, "test": {"type": "rtt", "spec": {}}, "contexts": {"contexts": [[]]}})",
             R"({"schema": 3, "test": {"type": "rtt", "spec": {}}, "priority": -5})",
             R"({"schema": 4, "test": {"type": "rtt", "spec": {}}, "debug": true})",
             R"({"schema": 5, "test": {"type": "rtt", "spec": {}}, "keep-after-archive": "P1D", "debug": true})"},
            {"{}", R"({"test": {"type": "rtt", "spec": {}}, "priority": 1})",
             R"({"schema": 4, "test": {"type": "rtt", "spec": {}}, "keep-after-archive": "P1D"})",
             R"({"test": {"type": "rtt", "spec": {}}, "participants": []})",
             R"({"schema": 6, "test": {"type": "rtt", "spec": {}}})",
             R"({"test": {"type": "rtt", "spec": {}}, "archives": [{"archiver": "a"}]})"}},
        Type{"SNMPResult",
             {R"({"type": "Counter64", "value": 18446744073709551615})",
              R"({"type": "DisplayString", "value": "x"})", R"({"value": null})"},
             {R"({"type": "Integer"})", "5"}},
        Type{"SNMPString",
             {R"({"type": "OctetString", "value": "x", "more": 1})"},
             {R"({"type": "Integer", "value": "x"})"}},
        Type{"Limit/Boolean", {R"({"description": "d", "match": true, "fail-message": "no"})"}, {"{}"}},
        Type{"Limit/CardinalList", {R"({"enumeration": [1], "invert": true})"}, {R"({"enumeration": [0]})"}},
        Type{
            "Limit/Duration", {R"({"range": {"lower": "PT1S", "upper": "PT2S"}})"}, {R"({"range": "PT1S"})"}},
        Type{"Limit/IPCIDRList", {R"({"cidr": ["10.0.0.0/8"]})"}, {R"({"cidr": ["10.0.0.0"]})"}},
        Type{"Limit/IPVersion", {R"({"match": 4})"}, {R"({"match": 5})"}},
        Type{"Limit/String", {R"({"match": {"style": "exact", "match": "x"}})"}, {R"({"match": "x"})"}},
        Type{
            "PluginEnumeration/Test",
            {R"({"schema": 1, "name": "rtt", "description": "d", "version": "1.0", "maintainer": {"name": "x"},
                  "scheduling-class": "background"})"},
            {R"({"name": "rtt", "description": "d", "version": "1.0", "maintainer": {"name": "x"}})",
             R"({"name": "rtt", "description": "d", "version": "1.0", "maintainer": {"name": "x"},
                  "scheduling-class": "background", "scale": 1})",
             R"({"schema": 2, "name": "rtt", "description": "d", "version": "1.0", "maintainer": {"name": "x"},
                  "scheduling-class": "background"})"}},
        Type{
            "PluginEnumeration/Tool",
            {R"({"name": "ping", "description": "d", "version": "1.0", "maintainer": {"name": "x"}, "tests": [],
                  "preference": -10, "scheduling-class": "normal"})"},
            {R"({"name": "ping", "description": "d", "version": "1.0", "maintainer": {"name": "x"}, "tests": []})"}},
        Type{
            "PluginEnumeration/Archiver",
            {R"({"name": "http", "description": "d", "version": "1.0", "maintainer": {"name": "x"}})"},
            {R"({"name": "http", "description": "d", "version": "1.0", "maintainer": {"name": "x"}, "tests": []})"}},
        Type{"PluginEnumeration/Context",
             {R"({"name": "c", "description": "d", "version": "1.0", "maintainer": {"name": "x"}})"},
             {"{}"}}),
    case_name);

TEST(DictionaryDocument, EveryTypeCompiles) {
  std::size_t types = 0;
  const auto check = [&](const std::string& name) {
    EXPECT_TRUE(Schema::of_type(name)) << name;
    ++types;
  };
  for (const auto& type : dictionary().at("pScheduler").items()) {
    if (type.key() == "Limit" || type.key() == "PluginEnumeration") {
      for (const auto& member : type.value().items()) check(type.key() + "/" + member.key());
    } else {
      check(type.key());
    }
  }
  EXPECT_GT(types, 100U);
}

TEST(DictionaryDocument, SaysWhatATypeIsLike) {
  const auto said = [](std::string_view type, const Json& value) {
    const auto violation = Schema::of_type(type).value().check(value);
    return violation ? to_text(*violation) : "accepted";
  };
  EXPECT_EQ(
      said("Duration", "10s"),
      "At /: '10s' is not a duration, such as 'PT30S', 'PT1M30.5S' or 'P1DT12H' (upper case, without years "
      "and months)");
  EXPECT_THAT(said("Host", "a b"), testing::HasSubstr("'a b' is not a host name or IP address"));
  EXPECT_THAT(said("Host", std::string(40'000, 'a')),
              testing::HasSubstr("(40000 bytes)' is not a host name"));
  EXPECT_EQ(said("TaskSpecification",
                 Json::parse(R"({"test": {"type": "rtt", "spec": {}}, "schedule": {"slip": 5}})")),
            "At /schedule/slip: 5 is not a duration, such as 'PT30S', 'PT1M30.5S' or 'P1DT12H' (upper case, "
            "without "
            "years and months)");
  EXPECT_EQ(Schema::of_type("Durations").error().code, Errc::not_found);
}

// Every string of every type at 40 KB: an answer, and soon.
TEST(DictionaryDocument, LongStringsGetAnAnswerFromEveryType) {
  for (const auto& type : dictionary().at("pScheduler").items()) {
    if (type.key() == "Limit" || type.key() == "PluginEnumeration") continue;
    const auto schema = Schema::of_type(type.key()).value();
    for (const auto* filler : {"a", "1", "1.", "a.", "P", "0,", "::", "-"}) {
      std::string text;
      while (text.size() < 40'000) text += filler;
      const auto violation = schema.check(Json(text));
      if (violation) {
        EXPECT_LT(violation->message.size(), 1'000U) << type.key();
      }
    }
  }
}

}  // namespace
}  // namespace pscheduler::json
