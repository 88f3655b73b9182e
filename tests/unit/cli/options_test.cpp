#include "cli/options.hpp"

#include <gmock/gmock.h>

#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

CommandSyntax syntax() {
  return {"task",
          "[OPTIONS] TEST",
          "Does things.",
          {{"max-runs", 0, Takes::integer, "N", "Runs at most."},
           {"slip", 's', Takes::text, "DURATION", "Slip."},
           {"sliprand", 0, Takes::nothing, "", "Random."},
           {"quiet", 'q', Takes::nothing, "", "Quiet."},
           {"tool", 0, Takes::text, "NAME", "Tool."}},
          {{"Do it", "pscheduler task rtt"}}};
}

TEST(Options, PrefixesOfLongOptionsAreEnoughWhenUnambiguous) {
  const auto line = parse_options(syntax(), {"--max", "3", "--slip", "PT1M", "--slipr", "rtt"});
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(line->integer("max-runs"), 3);
  EXPECT_EQ(line->value("slip"), "PT1M");
  EXPECT_TRUE(line->has("sliprand"));
  EXPECT_THAT(line->words(), ElementsAre("rtt"));
}

TEST(Options, EverythingAfterTheFirstWordIsLeftUntouched) {
  const auto line = parse_options(syntax(), {"-q", "rtt", "--quiet", "-s", "--max=9", "--help"});
  ASSERT_TRUE(line);
  EXPECT_TRUE(line->has("quiet"));
  EXPECT_FALSE(line->has("help"));
  EXPECT_THAT(line->words(), ElementsAre("rtt", "--quiet", "-s", "--max=9", "--help"));
}

TEST(Options, AValueMayBeJoinedAndMayLookLikeAnOption) {
  const auto line =
      parse_options(syntax(), {"-qsPT2S", "--max-runs=-4", "--tool", "--x", "--tool=b", "-", "rtt"});
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(line->value("slip"), "PT2S");
  EXPECT_EQ(line->integer("max-runs"), -4);
  EXPECT_THAT(line->values("tool"), ElementsAre("--x", "b"));
  EXPECT_THAT(line->words(), ElementsAre("-", "rtt"));
}

TEST(Options, DoubleDashEndsThem) {
  const auto line = parse_options(syntax(), {"--", "--quiet"});
  ASSERT_TRUE(line);
  EXPECT_THAT(line->words(), ElementsAre("--quiet"));
}

struct Refusal {
  std::string name;
  Words words;
  std::string says;
};

class OptionRefusals : public ::testing::TestWithParam<Refusal> {};

TEST_P(OptionRefusals, NameTheOptionAndExitWithTwo) {
  testing::Bench bench;
  const auto line = read_command_line(bench.context, syntax(), GetParam().words);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error(), 2);
  EXPECT_THAT(bench.err.str(), StartsWith("Usage: pscheduler task"));
  EXPECT_THAT(bench.err.str(), HasSubstr("pscheduler task: error: " + GetParam().says));
  EXPECT_THAT(bench.out.str(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Options, OptionRefusals,
    ::testing::Values(
        Refusal{"unknown_long", {"-q", "--bogus", "x"}, "no such option: --bogus"},
        Refusal{"unknown_with_value", {"--bogus=3"}, "no such option: --bogus"},
        Refusal{"unknown_short", {"-qx"}, "no such option: -x"},
        Refusal{"ambiguous", {"--sl", "x"}, "option --sl could be any of --slip and --sliprand"},
        Refusal{"missing_value", {"--slip"}, "option --slip needs a value: DURATION"},
        Refusal{"missing_short_value", {"-s"}, "option --slip needs a value: DURATION"},
        Refusal{"no_integer", {"--max-runs", "3x"}, "option --max-runs takes an integer, not \"3x\""},
        Refusal{"empty_integer", {"--max-runs="}, "option --max-runs takes an integer, not \"\""},
        Refusal{"surplus_value", {"--quiet=1"}, "option --quiet takes no value"},
        Refusal{"surplus_value_to_prefix", {"--qui=1"}, "option --quiet takes no value"}),
    [](const auto& tested) { return tested.param.name; });

TEST(Options, HelpGoesToStandardOutputWithOptionsAndExamples) {
  testing::Bench bench;
  const auto line = read_command_line(bench.context, syntax(), {"--he"});
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error(), 0);
  EXPECT_THAT(bench.out.str(), StartsWith("Usage: pscheduler task [OPTIONS] TEST\n"));
  EXPECT_THAT(bench.out.str(), HasSubstr("\n  -s, --slip DURATION         Slip.\n"));
  EXPECT_THAT(bench.out.str(), HasSubstr("Examples:\n\n  Do it:\n    pscheduler task rtt\n"));
  EXPECT_THAT(bench.err.str(), IsEmpty());
}

}  // namespace
}  // namespace pscheduler::cli
