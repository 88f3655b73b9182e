#include "pscheduler/schedule/cron.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::schedule {
namespace {

using ::testing::HasSubstr;

Instant instant(std::string_view text) {
  return parse_timestamp_utc(text, TimestampForm::body).value();
}

Zone berlin() {
  return Zone::named("Europe/Berlin").value();
}

std::string next(std::string_view cron, std::string_view from, const Zone& zone = Zone::utc()) {
  const auto match = CronExpression::parse(cron).value().first_match(instant(from), zone);
  return match ? format_timestamp_z(*match) : "never";
}

struct Match {
  std::string_view cron;
  std::string_view from;
  std::string_view first;
};

TEST(Cron, MatchesTheTimesItNames) {
  for (const auto& [cron, from, first] : {
           Match{"* * * * *", "2030-01-02T12:00:00Z", "2030-01-02T12:00:00Z"},
           Match{"* * * * *", "2030-01-02T12:00:00.000001Z", "2030-01-02T12:01:00Z"},
           Match{"* * * * *", "2030-01-02T23:59:01Z", "2030-01-03T00:00:00Z"},
           Match{"30 * * * *", "2030-01-02T12:31:00Z", "2030-01-02T13:30:00Z"},
           Match{"0,15,45-47 * * * *", "2030-01-02T12:16:00Z", "2030-01-02T12:45:00Z"},
           Match{"0,15,45-47 * * * *", "2030-01-02T12:47:01Z", "2030-01-02T13:00:00Z"},
           Match{"5 4 * * *", "2030-01-02T12:00:00Z", "2030-01-03T04:05:00Z"},
           Match{" 05\t04 * *  * ", "2030-01-02T12:00:00Z", "2030-01-03T04:05:00Z"},
           Match{"59 23 31 12 *", "2030-01-01T00:00:00Z", "2030-12-31T23:59:00Z"},
           Match{"0 0 1 * *", "2030-01-01T00:10:00Z", "2030-02-01T00:00:00Z"},
           Match{"0 0 31 * *", "2030-02-01T00:00:00Z", "2030-03-31T00:00:00Z"},
           Match{"0 0 * * 0", "2030-01-02T12:00:00Z", "2030-01-06T00:00:00Z"},
           Match{"0 0 * * 6", "2030-01-02T12:00:00Z", "2030-01-05T00:00:00Z"},
           Match{"0 0 * 6 1-5", "2030-01-02T12:00:00Z", "2030-06-03T00:00:00Z"},
           Match{"0 0 29 2 *", "2030-01-02T12:00:00Z", "2032-02-29T00:00:00Z"},
           Match{"0 0 29 2 *", "2097-01-01T00:00:00Z", "2104-02-29T00:00:00Z"},
       }) {
    EXPECT_EQ(next(cron, from), first) << cron << " from " << from;
  }
}

TEST(Cron, DayAndWeekdayBothHaveToMatch) {
  EXPECT_EQ(next("0 0 13 * 5", "2030-01-02T12:00:00Z"), "2030-09-13T00:00:00Z");
}

TEST(Cron, IsReadInTheZone) {
  EXPECT_EQ(next("0 12 * * *", "2030-01-02T12:00:00Z", berlin()), "2030-01-03T11:00:00Z");
  // The day after the change the clock shows the same.
  EXPECT_EQ(next("0 12 * * *", "2030-03-31T12:00:00Z", berlin()), "2030-04-01T10:00:00Z");
  EXPECT_EQ(next("0 0 1 * *", "2030-01-31T22:59:59Z", berlin()), "2030-01-31T23:00:00Z");
}

TEST(Cron, ATimeTheClockSkipsIsDueAtTheChange) {
  // On 31 March 2030, 02:00 is followed by 03:00, at 01:00 UTC.
  EXPECT_EQ(next("30 2 * * *", "2030-03-30T12:00:00Z", berlin()), "2030-03-31T01:00:00Z");
  EXPECT_EQ(next("30 2 * * *", "2030-03-31T01:00:00Z", berlin()), "2030-03-31T01:00:00Z");
  EXPECT_EQ(next("30 2 * * *", "2030-03-31T01:00:01Z", berlin()), "2030-04-01T00:30:00Z");
}

TEST(Cron, ATimeThatOccursTwiceIsDueTheFirstTime) {
  // On 27 October 2030, 03:00 is followed by 02:00, at 01:00 UTC.
  EXPECT_EQ(next("30 2 * * *", "2030-10-27T00:00:00Z", berlin()), "2030-10-27T00:30:00Z");
  EXPECT_EQ(next("30 2 * * *", "2030-10-27T00:30:01Z", berlin()), "2030-10-28T01:30:00Z");
  EXPECT_EQ(next("* * * * *", "2030-10-27T00:59:30Z", berlin()), "2030-10-27T02:00:00Z");
  EXPECT_EQ(next("* * * * *", "2030-10-27T01:17:00Z", berlin()), "2030-10-27T02:00:00Z");
}

TEST(Cron, TheRarestDaysComeWithinTheBound) {
  for (int weekday = 0; weekday < 7; ++weekday) {
    const auto cron = CronExpression::parse("0 0 29 2 " + std::to_string(weekday)).value();
    Instant from = instant("2000-01-01T00:00:00Z");
    while (from < instant("2400-01-01T00:00:00Z")) {
      const auto match = cron.first_match(from, Zone::utc());
      ASSERT_TRUE(match) << "weekday " << weekday << " from " << format_timestamp_z(from);
      from = *match + Duration(1);
    }
  }
}

struct Refusal {
  std::string_view cron;
  std::string_view why;
};

TEST(Cron, RefusalsSayWhatIsWrong) {
  for (const auto& [cron, why] : {
           Refusal{"", "too few fields"},
           Refusal{"0 0 1 *", "minute hour day month weekday"},
           Refusal{"0 0 * * * *", "more than the five fields"},
           Refusal{"60 0 * * *", "the minute '60' is not understood"},
           Refusal{"0 24 * * *", "the hour '24'"},
           Refusal{"0 0 0 * *", "numbers and ranges from 1 to 31"},
           Refusal{"0 0 * 13 *", "the month '13'"},
           Refusal{"0 0 * * 7", "the weekday '7'"},
           Refusal{"*/5 * * * *", "without names and steps"},
           Refusal{"0 0 * JAN *", "without names and steps"},
           Refusal{"0 0 * * MON-FRI", "the weekday 'MON-FRI'"},
           Refusal{"0 5-3 * * *", "the hour '5-3'"},
           Refusal{"0 1, * * *", "the hour ''"},
           Refusal{"0 -1 * * *", "the hour '-1'"},
           Refusal{"0 1-2-3 * * *", "the hour '1-2-3'"},
           Refusal{"0 99999999999 * * *", "the hour '99999999999'"},
           Refusal{"0 0 30 2 *", "never matches"},
           Refusal{"0 0 31 2,4,6,9,11 *", "never matches"},
           Refusal{"0 0 31 11 1", "none of its months has such a day"},
       }) {
    const auto parsed = CronExpression::parse(cron);
    ASSERT_FALSE(parsed) << cron;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
    EXPECT_THAT(parsed.error().message, HasSubstr("'" + std::string(cron) + "'"));
    EXPECT_THAT(parsed.error().message, HasSubstr(std::string(why)));
  }
}

// A field as text, and which numbers it means.
struct AnyField {
  std::string text = "*";
  std::vector<bool> matches;
};

AnyField any_field(unsigned lowest, unsigned highest) {
  AnyField field;
  const bool all = *rc::gen::arbitrary<bool>();
  field.matches.assign(highest + 1, all);
  if (all) return field;
  field.text.clear();
  const auto items = *rc::gen::inRange(1, 4);
  for (int i = 0; i < items; ++i) {
    const auto first = *rc::gen::inRange(lowest, highest + 1);
    const auto last = *rc::gen::inRange(first, highest + 1);
    field.text += (i > 0 ? "," : "") + std::to_string(first);
    if (last > first) field.text += "-" + std::to_string(last);
    for (unsigned n = first; n <= last; ++n) field.matches[n] = true;
  }
  return field;
}

// Minutes of some days are looked at one by one.
RC_GTEST_PROP(CronProperty, TheFirstMatchIsTheFirst, ()) {
  namespace chrono = std::chrono;
  const auto minutes = any_field(0, 59);
  const auto hours = any_field(0, 23);
  const auto days = any_field(1, 31);
  const auto weekdays = any_field(0, 6);
  const auto cron =
      CronExpression::parse(minutes.text + " " + hours.text + " " + days.text + " * " + weekdays.text);
  RC_ASSERT(cron.has_value());
  const Instant from = instant("2030-01-02T12:00:00Z") + chrono::seconds(*rc::gen::inRange(0, 40'000'000));
  const auto found = cron->first_match(from, Zone::utc());
  RC_ASSERT(found.has_value());
  const auto first = chrono::ceil<chrono::minutes>(from);
  const auto bound = std::min(chrono::floor<chrono::minutes>(*found), first + chrono::days(3));
  for (auto minute = first; minute <= bound; minute += chrono::minutes(1)) {
    const auto day = chrono::floor<chrono::days>(minute);
    const chrono::hh_mm_ss time(minute - day);
    const auto matches = minutes.matches[static_cast<std::size_t>(time.minutes().count())] &&
                         hours.matches[static_cast<std::size_t>(time.hours().count())] &&
                         days.matches[static_cast<unsigned>(chrono::year_month_day(day).day())] &&
                         weekdays.matches[chrono::weekday(day).c_encoding()];
    RC_ASSERT(matches == (minute == *found));
  }
}

}  // namespace
}  // namespace pscheduler::schedule
