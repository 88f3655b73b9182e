#include "pscheduler/plugin_sdk/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

namespace pscheduler::sdk {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

int tag_schema(const Json& value) {
  return value.is_array() ? 4 : 1;
}

constexpr std::array kOptions{
    Option{"dest", 'd', OptionType::text, "HOST", "host.example.org", "Where to"},
    Option{"deadline", '\0', OptionType::text, "DURATION", "PT5S", "When to stop"},
    Option{"count", 'c', OptionType::integer, "NUMBER", "5", "How many"},
    Option{"ratio", 'r', OptionType::number, "NUMBER", "0.5", "How much", 3},
    Option{"names", '\0', OptionType::boolean, "", "", "Whether to name", 2},
    Option{"data", '\0', OptionType::json, "JSON", "[1]", "What"},
    Option{"ports", 'P', OptionType::port_range, "LOW-HIGH", "9000-9100", "Where from"},
    Option{"tag", 't', OptionType::text_or_list, "TEXT", "red", "Mark", 1, &tag_schema},
};
constexpr std::array<std::string_view, 1> kExamples{"--dest host.example.org"};
constexpr CommandLine kTable{"probe", "Probes a host.", kOptions, kExamples};

Result<Json> parse(std::vector<std::string> words) {
  return parse_words(kTable, words);
}

struct Accepted {
  std::string_view name;
  std::vector<std::string> words;
  std::string_view spec;
};

class WordsToSpec : public testing::TestWithParam<Accepted> {};

TEST_P(WordsToSpec, GivesTheSpecOfTheLowestVersion) {
  const auto spec = parse(GetParam().words);
  ASSERT_TRUE(spec) << spec.error().message;
  EXPECT_EQ(*spec, Json::parse(GetParam().spec));
}

INSTANTIATE_TEST_SUITE_P(
    Options, WordsToSpec,
    testing::Values(
        Accepted{"Nothing", {}, R"({"schema":1})"},
        Accepted{"LongWithWord", {"--dest", "a"}, R"({"dest":"a","schema":1})"},
        Accepted{"LongWithEquals", {"--dest=a=b"}, R"({"dest":"a=b","schema":1})"},
        Accepted{"EmptyValue", {"--dest="}, R"({"dest":"","schema":1})"},
        Accepted{"Letter", {"-c", "4"}, R"({"count":4,"schema":1})"},
        Accepted{"LetterJoined", {"-c4"}, R"({"count":4,"schema":1})"},
        Accepted{"Abbreviated", {"--co", "7"}, R"({"count":7,"schema":1})"},
        Accepted{"NegativeNumberIsAValue", {"--count", "-3"}, R"({"count":-3,"schema":1})"},
        Accepted{"BooleanOn", {"--names"}, R"({"names":true,"schema":2})"},
        Accepted{"BooleanOffAbbreviated", {"--no-n"}, R"({"names":false,"schema":2})"},
        Accepted{
            "HighestVersionWins", {"--names", "--ratio", "2e-1"}, R"({"names":true,"ratio":0.2,"schema":3})"},
        Accepted{"JsonValue", {"--data", R"({"a":[1,null]})"}, R"({"data":{"a":[1,null]},"schema":1})"},
        Accepted{"ListOfOneIsText", {"-t", "a"}, R"({"tag":"a","schema":1})"},
        Accepted{"ListOfThree", {"-t", "a", "--tag=b", "-tc"}, R"({"tag":["a","b","c"],"schema":4})"},
        Accepted{"LastOneCounts", {"--dest", "a", "--dest", "b"}, R"({"dest":"b","schema":1})"}),
    [](const auto& row) { return std::string(row.param.name); });

struct Refused {
  std::string_view name;
  std::vector<std::string> words;
  std::vector<std::string_view> says;
};

class WordsRefused : public testing::TestWithParam<Refused> {};

TEST_P(WordsRefused, NamesOptionValueAndRemedy) {
  const auto spec = parse(GetParam().words);
  ASSERT_FALSE(spec);
  for (const auto part : GetParam().says) EXPECT_THAT(spec.error().message, HasSubstr(std::string(part)));
  EXPECT_EQ(spec.error().message.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Options, WordsRefused,
    testing::Values(
        Refused{"Unknown", {"--nowhere", "x"}, {"--nowhere", "--help"}},
        Refused{"UnknownLetter", {"-x", "1"}, {"-x", "--help"}},
        Refused{"Ambiguous", {"--de", "x"}, {"--de is ambiguous", "--dest", "--deadline"}},
        Refused{"BadInteger", {"--count", "abc"}, {"--count", "\"abc\"", "whole number", "--count 5"}},
        Refused{"FractionForInteger", {"--count", "1.5"}, {"\"1.5\"", "whole number"}},
        Refused{"HugeInteger", {"--count", "99999999999999999999"}, {"--count", "64 bits"}},
        Refused{"BadNumber", {"--ratio", "half"}, {"--ratio", "\"half\""}},
        Refused{"NotFinite", {"--ratio", "inf"}, {"--ratio", "\"inf\""}},
        Refused{"BadJson", {"--data", "{"}, {"--data", "JSON"}},
        Refused{"OnePort", {"--ports", "9000"}, {"--ports", "\"9000\"", "LOW-HIGH", "9000-9100"}},
        Refused{"PortsUpsideDown", {"--ports", "10000-9000"}, {"--ports", "LOW-HIGH"}},
        Refused{"PortTooHigh", {"-P", "9000-65536"}, {"--ports", "65535"}},
        Refused{"PortsAndMore", {"--ports", "9000-9100x"}, {"--ports"}},
        Refused{"MissingValue", {"--dest"}, {"--dest needs a value", "host.example.org"}},
        Refused{"OptionForValue", {"--dest", "--count", "5"}, {"--dest needs a value"}},
        Refused{"ValueForBoolean", {"--names=yes"}, {"--names takes no value", "--no-names"}},
        Refused{"LeftOver", {"--dest", "a", "b"}, {"\"b\"", "--help"}},
        Refused{"DashesAlone", {"--"}, {"\"--\""}},
        Refused{"NotUtf8", {"--dest", "\xff"}, {"--dest", "UTF-8"}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(OptionsHelp, ShowsEveryOptionAndTheExamples) {
  for (const auto* word : {"-h", "--help"}) {
    const auto help = parse({word});
    ASSERT_FALSE(help);
    for (const auto& option : kOptions)
      EXPECT_THAT(help.error().message, HasSubstr(std::string(option.field)));
    EXPECT_THAT(help.error().message, HasSubstr("pscheduler task probe --dest host.example.org"));
  }
}

TEST(OptionsFromJson, TakesTextAndNumbersOnly) {
  const auto words = words_from_json(Json::parse(R"(["--count", 4, "--ratio", 0.25, "--x", 5.0])"));
  ASSERT_TRUE(words);
  EXPECT_THAT(*words, ElementsAre("--count", "4", "--ratio", "0.25", "--x", "5"));
  for (const auto* text : {"null", "{}", "\"--count\"", "[null]", "[[1]]", "[true]"}) {
    EXPECT_FALSE(words_from_json(Json::parse(text))) << text;
  }
}

TEST(OptionsToWords, AreTheInverse) {
  const std::vector<std::string> words{
      "--dest", "a b",          "--deadline", "PT1S",       "--count", "4",   "--ratio", "0.5", "--no-names",
      "--data", R"({"a":[1]})", "--ports",    "9000-10000", "--tag",   "red", "--tag",   "blue"};
  const auto spec = parse(words);
  ASSERT_TRUE(spec) << spec.error().message;
  EXPECT_EQ(words_for(kTable, *spec), words);
}

TEST(OptionsToWords, WritesWholeNumbersWithoutPoint) {
  EXPECT_THAT(words_for(kTable, Json{{"count", 5.0}}), ElementsAre("--count", "5"));
}

}  // namespace
}  // namespace pscheduler::sdk
