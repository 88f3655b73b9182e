#include "pscheduler/json/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/regex.hpp"
#include "pscheduler/json/versioned.hpp"

namespace pscheduler::json {
namespace {

using ::testing::HasSubstr;

std::string refusal(std::string_view schema, std::string_view instance) {
  const auto compiled = Schema::compile(read(schema).value());
  if (!compiled) return compiled.error().message;
  const auto violation = compiled->check(read(instance).value());
  return violation ? to_text(*violation) : "accepted";
}

struct Said {
  std::string_view name;
  std::string_view schema;
  std::string_view instance;
  std::string_view text;
};

class SchemaSays : public ::testing::TestWithParam<Said> {};

TEST_P(SchemaSays, WhatIsWrongAndWhatIsAllowed) {
  EXPECT_EQ(refusal(GetParam().schema, GetParam().instance), GetParam().text);
}

constexpr std::string_view kSchedule =
    R"({"properties": {"schedule": {"type": "object", "additionalProperties": false,
  "properties": {"start": {}, "slip": {}, "sliprand": {}}}}})";
constexpr std::string_view kForms = R"({"oneOf": [
  {"type": "object", "additionalProperties": false, "properties": {"schema": {"enum": [1]}, "a": {"type": "integer"}}},
  {"type": "object", "additionalProperties": false, "required": ["schema"],
   "properties": {"schema": {"enum": [2]}, "a": {"type": "integer"}, "b": {"type": "string"}}}]})";

INSTANTIATE_TEST_SUITE_P(
    Messages, SchemaSays,
    ::testing::Values(
        Said{"type", R"({"items": {"type": "integer"}})", R"([1, "x"])",
             "At /1: must be an integer, not 'x'"},
        Said{"types", R"({"type": ["string", "null"]})", "{}",
             "At /: must be a string or null, not an object"},
        Said{"minimum", R"({"properties": {"a": {"minimum": 1}}})", R"({"a": 0})",
             "At /a: 0 is too small: the least allowed is 1"},
        Said{"enumeration", R"({"enum": ["a", "b", 3]})", R"("c")", "At /: 'c' is not one of 'a', 'b', 3"},
        Said{"constant", R"({"const": 2})", "3", "At /: must be 2, not 3"},
        Said{"near_member", kSchedule, R"({"schedule": {"slpi": 1}})",
             "At /schedule/slpi: unexpected member 'slpi'; did you mean 'slip'?"},
        Said{"unlike_any_member", kSchedule, R"({"schedule": {"color": 1}})",
             "At /schedule/color: unexpected member 'color'; allowed are 'slip', 'sliprand', 'start'"},
        Said{"required", R"({"required": ["dest"]})", "{}", "At /: the member 'dest' is missing"},
        Said{"escaped_path", R"({"additionalProperties": {"type": "null"}})", R"({"a/b": 1})",
             "At /a~1b: must be null, not 1"},
        Said{"length", R"({"maxLength": 2})", R"("äöü")",
             "At /: 'äöü' has 3 characters, at most 2 are allowed"},
        Said{"pattern", R"({"pattern": "^a+$"})", R"("b\n")", "At /: 'b\\x0a' does not match '^a+$'"},
        Said{"own_message", R"({"pattern": "^a$", "type": "string", "x-message": "is not an a"})", "5",
             "At /: 5 is not an a"},
        Said{"own_message_stays_with_its_value", R"({"items": {"type": "null"}, "x-message": "is odd"})",
             "[1]", "At /0: must be null, not 1"},
        Said{"private_value", R"({"properties": {"_key": {"items": {"type": "integer"}}}})",
             R"({"_key": ["s3cret"]})", "At /_key/0: must be an integer, not the private value"},
        Said{"form_by_its_version", kForms, R"({"schema": 2, "a": "x"})",
             "At /a: must be an integer, not 'x'"},
        Said{"form_told_before_its_members",
             R"({"oneOf": [{"properties": {"schema": {"const": 1}, "a": {"type": "integer"}}},
                           {"properties": {"schema": {"const": 2}, "a": {"type": "string"}}}]})",
             R"({"schema": 2, "a": true})", "At /a: must be a string, not true"},
        Said{"form_two_by_its_member", kForms, R"({"schema": 2, "b": 5})", "At /b: must be a string, not 5"},
        Said{"form_one_by_absence", kForms, R"({"b": "x"})",
             "At /b: unexpected member 'b'; allowed are 'a', 'schema'"},
        Said{"no_form", R"({"anyOf": [{"type": "string"}, {"type": "integer"}]})", "null",
             "At /: must be a string, not null, or must be an integer, not null"},
        Said{"no_version", kForms, R"({"schema": 7})", "At /schema: 7 is not 1, or 7 is not 2"},
        Said{"two_forms", R"({"oneOf": [{"type": "number"}, {"type": "integer"}]})", "1",
             "At /: 1 has more than one of the forms of which exactly one is allowed"},
        Said{"dependency", R"({"dependencies": {"a": ["b"]}})", R"({"a": 1})",
             "At /: the member 'a' needs 'b' beside it"},
        Said{"twice", R"({"uniqueItems": true})", R"([1, 2, 1.0])",
             "At /: has 1 twice; each item may be there once"},
        Said{"property_name", R"({"propertyNames": {"maxLength": 1}})", R"({"ab": 1})",
             "At /ab: the member name 'ab' is not allowed: 'ab' has 2 characters, at most 1 are allowed"},
        Said{"type_of_the_dictionary", R"({"properties": {"d": {"$ref": "#/pScheduler/Limit~1Boolean"}}})",
             R"({"d": {"match": 1}})", "At /d/match: must be true or false, not 1"}),
    [](const auto& test) { return std::string(test.param.name); });

struct BadSchema {
  std::string_view name;
  std::string_view schema;
  std::string_view says;
};

class SchemaCompile : public ::testing::TestWithParam<BadSchema> {};

TEST_P(SchemaCompile, NamesTheMistake) {
  const auto compiled = Schema::compile(read(GetParam().schema).value());
  ASSERT_FALSE(compiled);
  EXPECT_THAT(compiled.error().message, HasSubstr(std::string(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, SchemaCompile,
    ::testing::Values(
        BadSchema{"no_schema", "5", "At /: a schema is an object"},
        BadSchema{"deep", R"({"properties": {"a": {"items": [true, 1]}}})", "At /properties/a/items/1"},
        BadSchema{"type", R"({"type": "strin"})", "At /type: 'strin' is no JSON type"},
        BadSchema{"pattern", R"({"pattern": "(a"})", "At /pattern: '(a' is no regular expression"},
        BadSchema{"reference", R"({"items": {"$ref": "#/nothing"}})", "At /items/$ref"},
        BadSchema{"unknown_type", R"({"$ref": "#/pScheduler/Nothing"})", "does not exist"},
        BadSchema{"remote", R"({"$ref": "http://example.org/x"})", "not within the document"},
        BadSchema{"count", R"({"minLength": -1})", "At /minLength"},
        BadSchema{"required", R"({"required": "a"})", "At /required: must be an array"},
        BadSchema{"multiple", R"({"multipleOf": 0})", "above 0"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(SchemaBounds, ReferenceLoopsEndInAViolation) {
  EXPECT_THAT(refusal(R"({"$ref": "#"})", "1"), HasSubstr("too deep"));
  EXPECT_THAT(refusal(R"({"not": {"$ref": "#"}})", "1"), HasSubstr("too deep"))
      << "never a pass, not even in 'not'";
}

TEST(SchemaBounds, ExponentialSchemasEndInAViolation) {
  std::string schema = R"({"definitions": {"d0": false)";
  for (int i = 1; i <= 40; ++i) {
    const std::string below = R"({"$ref": "#/definitions/d)" + std::to_string(i - 1) + "\"}";
    schema += ", \"d" + std::to_string(i) + R"(": {"anyOf": [)" + below + "," + below + "]}";
  }
  EXPECT_THAT(refusal(schema + R"(}, "$ref": "#/definitions/d40"})", "1"), HasSubstr("too large"));
}

TEST(SchemaBounds, IntricatePatternsEndInAViolation) {
  const std::string subject = "\"" + std::string(40'000, 'a') + "!\"";
  EXPECT_THAT(refusal(R"({"pattern": "^(a+)+$"})", subject), HasSubstr("too intricate"));
  EXPECT_THAT(refusal(R"({"not": {"pattern": "^(a+)+$"}})", subject), HasSubstr("too intricate"));
  EXPECT_THAT(refusal(R"({"pattern": "(a*)*b"})", subject), HasSubstr("too long"));
}

TEST(Regex, IsBoundedAndStrictAboutTheEnd) {
  const auto matches = [](std::string_view pattern, std::string_view subject, Regex::Case letters) {
    return Regex::compile(pattern, letters).value().match(subject);
  };
  EXPECT_EQ(matches("^abc$", "abc", Regex::Case::sensitive), Regex::Match::yes);
  EXPECT_EQ(matches("^abc$", "abc\n", Regex::Case::sensitive), Regex::Match::no);
  EXPECT_EQ(matches("B", "abc", Regex::Case::sensitive), Regex::Match::no);
  EXPECT_EQ(matches("B", "abc", Regex::Case::insensitive), Regex::Match::yes);
  EXPECT_EQ(matches("^.$", "ä", Regex::Case::sensitive), Regex::Match::yes);
  EXPECT_EQ(matches("a", "a\xff", Regex::Case::sensitive), Regex::Match::no);
  EXPECT_EQ(matches("^(x+x+)+$", std::string(10'000, 'x') + "!", Regex::Case::sensitive),
            Regex::Match::limit);
  EXPECT_EQ(matches("^x+$", std::string(60'000, 'x'), Regex::Case::sensitive), Regex::Match::yes);
  EXPECT_FALSE(Regex::compile("[a"));
}

TEST(Versioned, JudgesTheVersionFirst) {
  const auto tasks = VersionedSchema::of_type("TaskSpecification", 5).value();
  const auto said = [&](std::string_view text) {
    const auto violation = tasks.check(read(text).value());
    return violation ? to_text(*violation) : "accepted";
  };
  const std::string test = R"("test": {"type": "rtt", "spec": {}})";
  EXPECT_EQ(said("{" + test + "}"), "accepted");
  EXPECT_EQ(said(R"({"schema": 5, "keep-after-archive": "P1D", )" + test + "}"), "accepted");
  EXPECT_EQ(said(R"({"schema": 6, "nonsense": 1})"),
            "At /schema: schema version 6 is not supported; the highest supported is 5");
  EXPECT_THAT(said(R"({"schema": 1.0})"), HasSubstr("must be an integer, not 1.0"));
  EXPECT_THAT(said(R"({"schema": "1"})"), HasSubstr("must be an integer, not '1'"));
  EXPECT_THAT(said(R"({"schema": true})"), HasSubstr("must be an integer, not true"));
  EXPECT_THAT(said(R"({"schema": 0})"), HasSubstr("0 is not supported"));
  EXPECT_EQ(said("[]"), "At /: must be an object, not an array");
  EXPECT_EQ(said(R"({"schema": 4})"), "At /: the member 'test' is missing");
}

TEST(Versioned, PointsOutMembersOfLaterVersions) {
  const auto schedules = VersionedSchema::of_type("ScheduleSpecification", 2).value();
  const auto violation = schedules.check(read(R"({"repeat-cron": "0 0 * * *"})").value());
  ASSERT_TRUE(violation);
  EXPECT_EQ(violation->pointer, "/repeat-cron");
  EXPECT_THAT(violation->message, HasSubstr("state \"schema\": 2"));
}

}  // namespace
}  // namespace pscheduler::json
