// The ranges `pscheduler schedule` and `plot-schedule` understand.

#include <gmock/gmock.h>

#include "cli/schedule/range.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const Instant kNow = std::chrono::sys_days(std::chrono::year(2030) / 5 / 1) + 12h;

struct RangeCase {
  std::string name;
  Words words;
  std::string start;
  std::string end;
};

class Range : public ::testing::TestWithParam<RangeCase> {};

TEST_P(Range, IsBetweenTheTwoEndsWhateverTheirOrder) {
  const auto range = parse_range(GetParam().words, kNow);
  ASSERT_TRUE(range) << range.error().message;
  EXPECT_EQ(format_timestamp_z(range->start), GetParam().start);
  EXPECT_EQ(format_timestamp_z(range->end), GetParam().end);
}

INSTANTIATE_TEST_SUITE_P(
    Words, Range,
    ::testing::Values(
        RangeCase{"none", {}, "2030-05-01T12:00:00Z", "2030-05-01T13:00:00Z"},
        RangeCase{"ahead", {"PT2H"}, "2030-05-01T12:00:00Z", "2030-05-01T14:00:00Z"},
        RangeCase{"ahead_signed", {"+PT25M"}, "2030-05-01T12:00:00Z", "2030-05-01T12:25:00Z"},
        RangeCase{"back", {"-PT1H"}, "2030-05-01T11:00:00Z", "2030-05-01T12:00:00Z"},
        RangeCase{"until", {"2030-05-01T18:00:00Z"}, "2030-05-01T12:00:00Z", "2030-05-01T18:00:00Z"},
        RangeCase{"since", {"2030-04-30T18:00:00Z"}, "2030-04-30T18:00:00Z", "2030-05-01T12:00:00Z"},
        RangeCase{"without_an_offset_is_utc",
                  {"2016-05-01T12:40:00", "2016-05-01T12:55:00"},
                  "2016-05-01T12:40:00Z",
                  "2016-05-01T12:55:00Z"},
        RangeCase{"swapped",
                  {"2016-05-01T12:55:00", "2016-05-01T12:40:00"},
                  "2016-05-01T12:40:00Z",
                  "2016-05-01T12:55:00Z"},
        RangeCase{"offset", {"2030-05-01T12:00:00+02:00"}, "2030-05-01T10:00:00Z", "2030-05-01T12:00:00Z"},
        RangeCase{"both_deltas", {"-PT1H", "PT1H"}, "2030-05-01T11:00:00Z", "2030-05-01T13:00:00Z"},
        RangeCase{"deltas_swapped", {"PT1H", "-PT1H"}, "2030-05-01T11:00:00Z", "2030-05-01T13:00:00Z"},
        RangeCase{"delta_and_time",
                  {"-P1D", "2030-05-02T00:00:00Z"},
                  "2030-04-30T12:00:00Z",
                  "2030-05-02T00:00:00Z"},
        RangeCase{
            "time_and_delta", {"2030-04-01T00:00", "PT5M"}, "2030-04-01T00:00:00Z", "2030-05-01T12:05:00Z"},
        RangeCase{"basic", {"20300501T140000"}, "2030-05-01T12:00:00Z", "2030-05-01T14:00:00Z"}),
    [](const auto& tested) { return tested.param.name; });

TEST(RangeWords, ThatAreNoneAreNamedWithWhatWouldBe) {
  for (const char* word : {"noon", "2030-05-01", "-1", "1H", "P1Y", "2030-05-01 12:00:00"}) {
    const auto range = parse_range({word}, kNow);
    ASSERT_FALSE(range) << word;
    EXPECT_THAT(range.error().message, HasSubstr(word));
    EXPECT_THAT(range.error().message, HasSubstr("-PT30M"));
  }
  EXPECT_FALSE(parse_range({"PT1H", "later"}, kNow));
}

TEST(RangeParameters, CoverFractionsOfSeconds) {
  const auto parameters = range_parameters({kNow + 300ms, kNow + 1h + 300ms});
  EXPECT_EQ(parameters[0], (std::pair<std::string, std::string>("start", "2030-05-01T12:00:00Z")));
  EXPECT_EQ(parameters[1], (std::pair<std::string, std::string>("end", "2030-05-01T13:00:01Z")));
}

}  // namespace
}  // namespace pscheduler::cli
