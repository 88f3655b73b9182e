#include "pscheduler/time/absolute_relative.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pscheduler/time/iso8601.hpp"

namespace pscheduler {
namespace {

using namespace std::chrono_literals;

// A Wednesday.
constexpr Instant kNow =
    Instant(std::chrono::sys_days(std::chrono::year(2026) / 3 / 4)) + 20h + 37min + 250ms;

struct Case {
  std::string_view text;
  std::string_view at;
};
void PrintTo(const Case& tried, std::ostream* out) {
  *out << tried.text;
}

class AbsoluteRelative : public testing::TestWithParam<Case> {};

TEST_P(AbsoluteRelative, IsResolved) {
  const auto at = resolve_absolute_relative(GetParam().text, kNow, Zone::utc());
  ASSERT_TRUE(at) << at.error().message;
  EXPECT_EQ(format_timestamp_micros(*at, Zone::utc()), GetParam().at);
}

INSTANTIATE_TEST_SUITE_P(
    Table, AbsoluteRelative,
    testing::Values(Case{"@PT1H", "2026-03-04T21:00:00.000000+00:00"},
                    Case{"@P1D", "2026-03-05T00:00:00.000000+00:00"},
                    Case{"@P1W", "2026-03-05T00:00:00.000000+00:00"},  // epoch weeks begin on Thursday
                    Case{"@PT90M", "2026-03-04T21:00:00.000000+00:00"},
                    Case{"@PT0.25S", "2026-03-04T20:37:00.500000+00:00"},
                    Case{"PT5M", "2026-03-04T20:42:00.250000+00:00"},
                    Case{"PT", "2026-03-04T20:37:00.250000+00:00"},
                    Case{"2026-03-04T10:15:00-05:00", "2026-03-04T15:15:00.000000+00:00"},
                    Case{"2026-03-04", "2026-03-04T00:00:00.000000+00:00"}));

struct Refused {
  std::string_view text;
  std::string_view why;
};
void PrintTo(const Refused& tried, std::ostream* out) {
  *out << tried.text;
}

class AbsoluteRelativeRefusal : public testing::TestWithParam<Refused> {};

TEST_P(AbsoluteRelativeRefusal, SaysWhy) {
  const auto at = resolve_absolute_relative(GetParam().text, kNow, Zone::utc());
  ASSERT_FALSE(at);
  EXPECT_EQ(at.error().code, Errc::invalid_argument);
  EXPECT_NE(at.error().message.find(GetParam().why), std::string::npos) << at.error().message;
}

INSTANTIATE_TEST_SUITE_P(Table, AbsoluteRelativeRefusal,
                         testing::Values(Refused{"@PT0S", "interval of zero"},
                                         Refused{"@PT", "interval of zero"}, Refused{"@P1M", "months"},
                                         Refused{"@P1Y", "years"}, Refused{"@R/PT1H", "repetition"},
                                         Refused{"@", "empty"}, Refused{"P1M", "months"},
                                         Refused{"P", "nothing follows"}, Refused{"soonest", "round time"},
                                         Refused{"", "round time"}));

RC_GTEST_PROP(AbsoluteRelativeProperty, NextMultipleIsStrictlyAfterNowAndTheFirst, ()) {
  const Instant now(Duration(*rc::gen::inRange<std::int64_t>(-1'000'000'000'000, 1'000'000'000'000)));
  const Duration interval(*rc::gen::inRange<std::int64_t>(1, 1'000'000'000'000));
  const auto at = resolve_absolute_relative("@" + format_duration(interval), now, Zone::utc());
  RC_ASSERT(at.has_value());
  RC_ASSERT(*at > now);
  RC_ASSERT(*at - interval <= now);
  RC_ASSERT(at->time_since_epoch() % interval == Duration::zero());
}

}  // namespace
}  // namespace pscheduler
