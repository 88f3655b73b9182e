#include "pscheduler/json/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "pscheduler/json/access.hpp"

namespace pscheduler::json {
namespace {

using ::testing::HasSubstr;

struct Refused {
  std::string_view name;
  std::string text;
  std::string_view where;
  std::string_view says;
};

class ReaderRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(ReaderRefuses, WithTheReasonAndThePlace) {
  for (const auto dialect : {Dialect::strict, Dialect::limits}) {
    ReadOptions options;
    options.dialect = dialect;
    const auto value = read(GetParam().text, options);
    ASSERT_FALSE(value) << GetParam().text;
    EXPECT_EQ(value.error().code, Errc::invalid_argument);
    EXPECT_THAT(value.error().message, HasSubstr(std::string(GetParam().where) + ": "));
    EXPECT_THAT(value.error().message, HasSubstr(std::string(GetParam().says)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Texts, ReaderRefuses,
    ::testing::Values(
        Refused{"empty", "", "line 1, column 1", "the end of the text where a value"},
        Refused{"blank", " \n\t ", "line 2, column 3", "the end of the text"},
        Refused{"byte_order_mark", "\xef\xbb\xbf{}", "line 1, column 1", "byte-order mark"},
        Refused{"comma_at_end_of_object", "{\"a\": 1,\n}", "line 2, column 1", "remove the comma"},
        Refused{"comma_at_end_of_array", "[1, 2,]", "line 1, column 7", "remove the comma"},
        Refused{"two_commas", "[1,,2]", "line 1, column 4", "found ',' where a value"},
        Refused{"missing_comma", "{\"a\": 1\n \"b\": 2}", "line 2, column 2",
                "where ',' or '}' was expected"},
        Refused{"missing_colon", "{\"a\" 1}", "line 1, column 6", "where ':' was expected"},
        Refused{"bare_name", "{a: 1}", "line 1, column 2", "found 'a' where a member name in double quotes"},
        Refused{"single_quotes", "{'a': 1}", "line 1, column 2", "strings take double quotes"},
        Refused{"slash_comment", "{} // x", "line 1, column 4", "begins with '#'"},
        Refused{"text_after_value", "{} {}", "line 1, column 4", "the end of the text was expected"},
        Refused{"unclosed_object", "{\"a\": [1", "line 1, column 9", "where ',' or ']' was expected"},
        Refused{"unclosed_string", "[\"abc", "line 1, column 2", "not closed"},
        Refused{"wrong_bracket", "[1}", "line 1, column 3", "found '}' where ',' or ']'"},
        Refused{"raw_tab", "[\"a\tb\"]", "line 1, column 4", "write it as \\t"},
        Refused{"raw_newline", "[\"a\nb\"]", "line 1, column 4", "line end"},
        Refused{"raw_bell", "[\"\x07\"]", "line 1, column 3", "\\u0007"},
        Refused{"bad_escape", R"(["C:\Users"])", "line 1, column 5", "no escape"},
        Refused{"short_unicode", R"(["\u12"])", "line 1, column 3", "four hexadecimal digits"},
        Refused{"lone_high_surrogate", R"(["\ud83d"])", "line 1, column 3", "surrogate"},
        Refused{"lone_low_surrogate", R"(["\ude00"])", "line 1, column 3", "surrogate"},
        Refused{"not_utf8", "[\"\xff\"]", "line 1, column 3", "not UTF-8"},
        Refused{"overlong_utf8", "[\"\xc0\xaf\"]", "line 1, column 3", "not UTF-8"},
        Refused{"utf8_surrogate", "[\"\xed\xa0\x80\"]", "line 1, column 3", "not UTF-8"},
        Refused{"column_counts_characters", "[\"äö\", x]", "line 1, column 8", "found 'x'"},
        Refused{"leading_zero", "[01]", "line 1, column 2", "leading zero"},
        Refused{"plus", "[+1]", "line 1, column 2", "found '+'"},
        Refused{"bare_minus", "[-]", "line 1, column 2", "not followed by a digit"},
        Refused{"bare_point", "[1.]", "line 1, column 2", "after its point"},
        Refused{"bare_exponent", "[1e]", "line 1, column 2", "exponent"},
        Refused{"python_true", "[True]", "line 1, column 2", "found 'True'"}),
    [](const auto& test) { return std::string(test.param.name); });

struct Number {
  std::string_view name;
  std::string text;
  std::string_view strict_refusal;  // empty: accepted in both dialects
  double value;
};

class ReaderNumbers : public ::testing::TestWithParam<Number> {};

TEST_P(ReaderNumbers, DependOnTheDialect) {
  ReadOptions limits;
  limits.dialect = Dialect::limits;
  const auto lenient = read(GetParam().text, limits);
  ASSERT_TRUE(lenient) << lenient.error().message;
  const double value = lenient->get<double>();
  EXPECT_TRUE(value == GetParam().value || (std::isnan(value) && std::isnan(GetParam().value))) << value;
  const auto strict = read(GetParam().text);
  EXPECT_EQ(strict.has_value(), GetParam().strict_refusal.empty());
  if (!strict) {
    EXPECT_THAT(strict.error().message, HasSubstr(std::string(GetParam().strict_refusal)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Numbers, ReaderNumbers,
    ::testing::Values(
        Number{"nan", "NaN", "NaN", std::nan("")}, Number{"infinity", "Infinity", "Infinity", HUGE_VAL},
        Number{"minus_infinity", "-Infinity", "'-'", -HUGE_VAL},
        Number{"large_integer", "123456789012345678901234567890", "64 bits", 1.2345678901234568e29},
        Number{"small_integer", "-9223372036854775809", "64 bits", -9223372036854775808.0},
        Number{"huge_integer", std::string(400, '9'), "64 bits", HUGE_VAL},
        Number{"beyond_double", "1e400", "beyond", HUGE_VAL},
        Number{"below_double", "-1e400", "beyond", -HUGE_VAL}, Number{"tiny", "1e-400", "", 0.0},
        Number{"tiny_beyond_counting", "1e-99999999999999999999", "", 0.0},
        Number{"digits_and_negative_exponent", std::string(400, '9') + "e-10", "beyond", HUGE_VAL},
        Number{"huge_beyond_counting", "1e99999999999999999999", "beyond", HUGE_VAL},
        Number{"zeros_before_exponent", "0." + std::string(400, '0') + "1e1", "", 0.0},
        Number{"long_zero", "0.0e999999999999", "", 0.0}, Number{"minus_zero", "-0", "", 0.0},
        Number{"uint64_max", "18446744073709551615", "", 18446744073709551615.0},
        Number{"fraction", "-1.5E+2", "", -150.0}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Reader, KeepsIntegersExact) {
  EXPECT_EQ(read("18446744073709551615")->get<std::uint64_t>(), 18446744073709551615ULL);
  EXPECT_EQ(read("-9223372036854775808")->get<std::int64_t>(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(as_integer(*read("4.0")), 4);
}

TEST(Reader, DecodesEscapesAndKeepsNul) {
  EXPECT_EQ(read(R"("\u0000\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00")")->get<std::string>(),
            std::string(1, '\0') + "\"\\/\b\f\n\r\tä😀");
}

TEST(Reader, TakesTheLastOfDuplicateMembers) {
  EXPECT_EQ(*read(R"({"a": {"x": 1}, "a": {"y": 2}})"), Json::parse(R"({"a": {"y": 2}})"));
  EXPECT_EQ(*read(R"({"a": [1, 2], "a": 3})"), Json::parse(R"({"a": 3})"));
}

TEST(Reader, DropsCommentsAtEveryDepthButNoArrayStrings) {
  const std::string text = R"({"#": "top", "#": ["again", {"a": {}}], "data": {"#": "none"},
                               "list": [{"#x": {"deep": [1]}, "y": 1}, "#stays"]})";
  EXPECT_EQ(*read(text), Json::parse(R"({"data": {}, "list": [{"y": 1}, "#stays"]})"));
  ReadOptions keep;
  keep.comments = Comments::keep;
  EXPECT_EQ(read(R"({"#": 1})", keep)->at("#"), 1);
  EXPECT_FALSE(read(R"({"#": [1,]})")) << "a comment must still be JSON";
}

TEST(Reader, BoundsDepthWithoutRecursion) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(read(nested(100)));
  const auto deep = read(nested(101));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().message, "line 1, column 101: nested deeper than the 100 levels allowed");
  ReadOptions careless;
  careless.depth_max = 10'000'000;
  EXPECT_FALSE(read(std::string(1'000'000, '['), careless));
}

TEST(Reader, BoundsSizeAndValues) {
  ReadOptions options;
  options.bytes_max = 10;
  options.values_max = 3;
  EXPECT_TRUE(read("[1,2]", options));
  EXPECT_EQ(read("[1,2,3]", options).error().code, Errc::too_large);
  EXPECT_EQ(read("[         ]", options).error().code, Errc::too_large);
}

struct Place {
  std::string_view name;
  std::string_view pointer;
  std::optional<Location> location;
};

class Locate : public ::testing::TestWithParam<Place> {};

TEST_P(Locate, FindsLineAndColumn) {
  static constexpr std::string_view kText = R"({
  "schema": 4,
  "#": "a comment with [ and {",
  "limits": [
    {"name": "ä", "data": {"x": 1}},
    {"a/b": [10, [20, 30]], "": NaN}
  ],
  "twice": {"old": 1},
  "twice": {"new": 2}
}
)";
  EXPECT_EQ(locate(kText, GetParam().pointer), GetParam().location);
}

INSTANTIATE_TEST_SUITE_P(Pointers, Locate,
                         ::testing::Values(Place{"root", "", Location{1, 1}},
                                           Place{"scalar", "/schema", Location{2, 13}},
                                           Place{"array", "/limits", Location{4, 13}},
                                           Place{"first_item", "/limits/0", Location{5, 5}},
                                           Place{"behind_characters", "/limits/0/data/x", Location{5, 33}},
                                           Place{"escaped", "/limits/1/a~1b/1/1", Location{6, 23}},
                                           Place{"empty_name", "/limits/1/", Location{6, 33}},
                                           Place{"last_duplicate", "/twice/new", Location{9, 20}},
                                           Place{"lost_in_duplicate", "/twice/old", std::nullopt},
                                           Place{"beyond_the_array", "/limits/2", std::nullopt},
                                           Place{"below_a_scalar", "/schema/x", std::nullopt},
                                           Place{"malformed_pointer", "schema", std::nullopt}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace pscheduler::json
