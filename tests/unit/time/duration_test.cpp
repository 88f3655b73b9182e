#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pscheduler/time/iso8601.hpp"

namespace pscheduler {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::weeks;

struct Accepted {
  std::string_view text;
  Duration length;
};
void PrintTo(const Accepted& tried, std::ostream* out) {
  *out << tried.text;
}

class DurationText : public testing::TestWithParam<Accepted> {};

TEST_P(DurationText, IsUnderstood) {
  const auto length = parse_duration(GetParam().text);
  ASSERT_TRUE(length) << length.error().message;
  EXPECT_EQ(*length, GetParam().length);
}

INSTANTIATE_TEST_SUITE_P(Table, DurationText,
                         testing::Values(Accepted{"PT", 0us}, Accepted{"P0D", 0us}, Accepted{"PT0S", 0us},
                                         Accepted{"P1DT", days(1)}, Accepted{"PT1H30M", 90min},
                                         Accepted{"P2W3D", weeks(2) + days(3)}, Accepted{"P1W", weeks(1)},
                                         Accepted{"P1WT1S", weeks(1) + 1s}, Accepted{"P1DT12H", 36h},
                                         Accepted{"PT36H", 36h}, Accepted{"PT1.5S", 1500ms},
                                         Accepted{"PT1,5S", 1500ms}, Accepted{"P0.5W", days(3) + 12h},
                                         Accepted{"P0.5DT0.5H0.5M0.5S", 12h + 30min + 30s + 500ms},
                                         Accepted{"PT0.000001S", 1us}, Accepted{"PT0.0000019S", 1us},
                                         Accepted{"P0.0078125D", 675s}, Accepted{"PT007S", 7s},
                                         Accepted{"PT90000S", 25h}, Accepted{"P10000000D", kDurationMax}));

struct Refused {
  std::string_view text;
  std::string_view why;
};
void PrintTo(const Refused& tried, std::ostream* out) {
  *out << tried.text;
}

class DurationRefusal : public testing::TestWithParam<Refused> {};

TEST_P(DurationRefusal, SaysWhy) {
  const auto length = parse_duration(GetParam().text);
  ASSERT_FALSE(length);
  EXPECT_EQ(length.error().code, Errc::invalid_argument);
  EXPECT_NE(length.error().message.find(GetParam().why), std::string::npos) << length.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Table, DurationRefusal,
    testing::Values(
        Refused{"", "empty"}, Refused{"P", "nothing follows"}, Refused{"P1Y", "years"},
        Refused{"P1M", "months"}, Refused{"P1MT1M", "months"}, Refused{"R5/PT1H", "repetition"},
        Refused{"-PT1H", "sign"}, Refused{"+PT1H", "sign"}, Refused{"pt1h", "upper case"},
        Refused{"Pt1H", "upper case"}, Refused{"PT1h", "upper case"}, Refused{"PT1", "lacks its unit"},
        Refused{"PTS", "number is missing"}, Refused{"PT1.S", "after the decimal point"},
        Refused{"PT.5S", "number is missing"}, Refused{"P1H", "must follow a T"},
        Refused{"PT1D", "before the T"}, Refused{"PT1S1S", "repeated or out of order"},
        Refused{"PT1M1H", "repeated or out of order"}, Refused{"P1D1W", "repeated or out of order"},
        Refused{"PT1X", "unknown unit"}, Refused{"PT1 S", "unknown unit"}, Refused{" PT1S", "start with P"},
        Refused{"PT1S ", "number is missing"}, Refused{"PT1TT1S", "unknown unit"},
        Refused{"P10000000DT1S", "longer than"}, Refused{"P99999999999999999999999W", "longer than"},
        Refused{"PT9999999999999999S", "longer than"}, Refused{"@PT1H", "start with P"}));

TEST(Duration, LongTextIsRefusedAndShownShort) {
  const auto length = parse_duration("P" + std::string(40'000, '0') + "D");
  ASSERT_FALSE(length);
  EXPECT_NE(length.error().message.find("too long"), std::string::npos);
  EXPECT_LT(length.error().message.size(), 400u);
}

TEST(Duration, SignedOnesAreForDifferences) {
  EXPECT_EQ(parse_signed_duration("-PT1H"), Duration(-1h));
  EXPECT_EQ(parse_signed_duration("+PT25M"), Duration(25min));
  EXPECT_EQ(parse_signed_duration("P1D"), Duration(days(1)));
  EXPECT_FALSE(parse_signed_duration("--PT1H"));
  EXPECT_FALSE(parse_signed_duration("-"));
  EXPECT_FALSE(parse_signed_duration(""));
}

struct Printed {
  Duration length;
  std::string_view in_days;
  std::string_view in_weeks;
};

class DurationPrint : public testing::TestWithParam<Printed> {};

TEST_P(DurationPrint, HasBothDialects) {
  EXPECT_EQ(format_duration(GetParam().length), GetParam().in_days);
  EXPECT_EQ(format_duration_weeks(GetParam().length), GetParam().in_weeks);
}

INSTANTIATE_TEST_SUITE_P(
    Table, DurationPrint,
    testing::Values(Printed{0us, "P0D", "P0D"}, Printed{days(10), "P10D", "P1W3D"},
                    Printed{36h, "P1DT12H", "PT36H"}, Printed{1500ms, "PT1.5S", "PT2S"},
                    Printed{days(9) + 1h, "P9DT1H", "P1W2DT1H"}, Printed{24h, "P1D", "P1D"},
                    Printed{24h + 2s, "P1DT2S", "PT24H2S"}, Printed{48h, "P2D", "P2D"},
                    Printed{49h, "P2DT1H", "P2DT1H"}, Printed{weeks(1), "P7D", "P1W"},
                    Printed{weeks(2), "P14D", "P2W"}, Printed{1us, "PT0.000001S", "P0D"},
                    Printed{499'999us, "PT0.499999S", "P0D"}, Printed{500ms, "PT0.5S", "PT1S"},
                    Printed{59'700ms, "PT59.7S", "PT1M"}, Printed{61s, "PT1M1S", "PT1M1S"},
                    Printed{3600s + 250ms, "PT1H0.25S", "PT1H"}, Printed{-90min, "-PT1H30M", "-PT1H30M"},
                    Printed{Duration::min(), "-P106751991DT4H54.775808S", "-P15250284W3DT4H55S"}));

RC_GTEST_PROP(DurationProperty, DaysDialectIsReadBackExactly, ()) {
  const Duration length(*rc::gen::inRange<std::int64_t>(-kDurationMax.count(), kDurationMax.count() + 1));
  RC_ASSERT(parse_signed_duration(format_duration(length)).value() == length);
}

RC_GTEST_PROP(DurationProperty, ShortOnesAreReadBackExactly, ()) {
  const Duration length(*rc::gen::inRange<std::int64_t>(0, 200'000'000'000));
  RC_ASSERT(parse_duration(format_duration(length)).value() == length);
}

RC_GTEST_PROP(DurationProperty, WeeksDialectIsReadBackToTheSecond, ()) {
  const std::chrono::seconds length(*rc::gen::inRange<std::int64_t>(0, 10'000'000));
  RC_ASSERT(parse_duration(format_duration_weeks(length)).value() == length);
}

RC_GTEST_PROP(DurationProperty, AnyTextIsAnsweredWithoutHarm, (const std::string& text)) {
  const auto length = parse_duration("P" + text);
  if (length) RC_ASSERT(*length >= Duration::zero() && *length <= kDurationMax);
}

}  // namespace
}  // namespace pscheduler
