// The schedule section of a task as somebody posts it; names in brackets are rows of spec scheduling.md 15.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pscheduler/services/task_request.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::services {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

Instant instant(std::string_view text) {
  return parse_timestamp_utc(text, TimestampForm::body).value();
}

const Instant kCreated = instant("2030-01-02T12:37:12.4Z");

Result<Schedule> read(const char* section, const Zone& zone = Zone::utc()) {
  Json task{{"test", {{"type", "noop"}, {"spec", Json::object()}}}, {"schedule", Json::parse(section)}};
  auto request = read_task_request(std::move(task), kCreated, zone);
  if (!request) return fail(request.error());
  return request->schedule;
}

struct Moment {
  const char* text;
  const char* at;
};

constexpr Moment kMoments[] = {
    {"@PT1H", "2030-01-02T13:00:00Z"},  // [A03]
    {"@P1W", "2030-01-03T00:00:00Z"},   // [A04]
    {"@P1D", "2030-01-03T00:00:00Z"},
    {"@PT90M", "2030-01-02T13:30:00Z"},
    {"PT5M", "2030-01-02T12:42:12.4Z"},
    {"2030-01-02T14:00:00+01:00", "2030-01-02T13:00:00Z"},
    {"2030-01-02T15:00:00", "2030-01-02T15:00:00Z"},
    {"2030-02-01", "2030-02-01T00:00:00Z"},
};

TEST(TaskSchedule, AStartIsResolvedOnceToAWholeSecond) {
  for (const auto& [text, at] : kMoments) {
    const auto schedule = read((R"({"start": ")" + std::string(text) + R"("})").c_str());
    ASSERT_TRUE(schedule) << schedule.error().message;
    EXPECT_EQ(schedule->start, floor_to_second(instant(at))) << text;
  }
}

TEST(TaskSchedule, UntilTakesWhatStartTakes) {
  for (const auto& [text, at] : kMoments) {
    const auto schedule = read((R"({"repeat": "PT1M", "until": ")" + std::string(text) + R"("})").c_str());
    ASSERT_TRUE(schedule) << schedule.error().message;
    EXPECT_EQ(schedule->until, instant(at)) << text;
  }
}

TEST(TaskSchedule, TimesWithoutAnOffsetAreTheZones) {
  const auto schedule = read(R"({"start": "2030-07-01T12:00"})", Zone::named("Europe/Berlin").value());
  ASSERT_TRUE(schedule);
  EXPECT_EQ(schedule->start, instant("2030-07-01T10:00:00Z"));
}

TEST(TaskSchedule, AnEmptySectionIsOneRunAtOnce) {
  const auto schedule = read("{}");
  ASSERT_TRUE(schedule);
  EXPECT_FALSE(schedule->start);
  EXPECT_EQ(schedule->slip, Duration::zero());
  EXPECT_FALSE(schedule->repeats());
  EXPECT_EQ(schedule->max_runs, 1);
}

TEST(TaskSchedule, MaxRunsCountsOnlyWithARepeat) {
  EXPECT_EQ(read(R"({"max-runs": 7})")->max_runs, 1);
  EXPECT_EQ(read(R"({"max-runs": 7, "repeat": "PT1M"})")->max_runs, 7);
  EXPECT_EQ(read(R"({"schema": 2, "max-runs": 7, "repeat-cron": "* * * * *"})")->max_runs, 7);
}

TEST(TaskSchedule, EveryMemberHasItsPlace) {
  const auto schedule =
      read(R"({"schema": 2, "start": "PT1M", "slip": "PT5M", "sliprand": true, "repeat": "PT1H",
                                 "repeat-cron": "0 6 * * 1-5", "until": "P1W", "max-runs": 3})");
  ASSERT_TRUE(schedule) << schedule.error().message;
  EXPECT_EQ(schedule->slip, minutes(5));
  EXPECT_TRUE(schedule->random_slip);
  EXPECT_EQ(schedule->repeat, minutes(60));
  EXPECT_EQ(schedule->repeat_cron, "0 6 * * 1-5");
  EXPECT_EQ(schedule->max_runs, 3);
}

struct Refusal {
  const char* section;
  const char* member;
  const char* value;
  const char* why;
};

TEST(TaskSchedule, ARefusalNamesMemberValueAndReason) {
  for (const auto& [section, member, value, why] : {
           Refusal{R"({"slip": "P1M"})", "/schedule/slip", "P1M", "without years and months"},
           Refusal{R"({"slip": "P9999W"})", "/schedule/slip", "P9999W", "give a shorter one"},
           Refusal{R"({"repeat": "PT0S"})", "/schedule/repeat", "P0D", "give PT1S or more"},
           Refusal{R"({"repeat": "PT0.2S"})", "/schedule/repeat", "PT0.2S", "give PT1S or more"},
           Refusal{R"({"schema": 2, "repeat-cron": "0 0 30 2 *"})", "/schedule/repeat-cron", "0 0 30 2 *",
                   "never"},
           Refusal{R"({"schema": 2, "repeat-cron": "*/5 * * * *"})", "/schedule/repeat-cron", "*/5",
                   "no steps"},
           Refusal{R"({"schema": 2, "repeat-cron": "0 5-3 * * *"})", "/schedule/repeat-cron", "5-3",
                   "ranges"},
           Refusal{R"({"until": "2001-01-01T00:00:00Z"})", "/schedule/until", "2001-01-01T00:00:00",
                   "in the past"},
           Refusal{R"({"start": "@PT1H", "until": "@PT1H"})", "/schedule/until", "2030-01-02T13:00:00",
                   "the start"},
           Refusal{R"({"schema": 2, "repeat-cron": "0 13 * * *", "until": "PT5M"})", "/schedule/until",
                   "2030-01-02T12:42:12", "the first run"},
           Refusal{R"({"start": "PT2H", "until": "PT1H"})", "/schedule/until", "2030-01-02T13:37:12",
                   "the start"},
           Refusal{R"({"start": "@PT0S"})", "/schedule/start", "@PT0S", "@PT1H"},
           Refusal{R"({"start": "@P1M"})", "/schedule/start", "P1M", "months"},
           Refusal{R"({"start": "@R5/PT1H"})", "/schedule/start", "R5/PT1H", ""},
           Refusal{R"({"max-runs": 0})", "/schedule/max-runs", "0", "1"},
       }) {
    const auto schedule = read(section);
    ASSERT_FALSE(schedule) << section;
    EXPECT_EQ(schedule.error().code, Errc::invalid_argument);
    EXPECT_THAT(schedule.error().message, HasSubstr(member));
    EXPECT_THAT(schedule.error().message, HasSubstr(value));
    EXPECT_THAT(schedule.error().message, HasSubstr(why));
  }
}

}  // namespace
}  // namespace pscheduler::services
