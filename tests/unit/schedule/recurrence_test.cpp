// When runs are due; names in brackets are the rows of spec scheduling.md 15 that the test holds.

#include "pscheduler/schedule/recurrence.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pscheduler/time/iso8601.hpp"
#include "seconds.hpp"

namespace pscheduler::schedule {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

Instant instant(std::string_view text) {
  return parse_timestamp_utc(text, TimestampForm::body).value();
}

TaskProgress fresh() {
  TaskProgress progress;
  progress.enabled = true;
  progress.plans_runs = true;
  return progress;
}

TaskProgress after_runs(std::int64_t attempts, Instant first_start, Instant latest_end) {
  TaskProgress progress = fresh();
  progress.runs = attempts;
  progress.attempts = attempts;
  progress.first_start = first_start;
  progress.latest_end = latest_end;
  return progress;
}

Schedule every(Duration interval) {
  Schedule schedule;
  schedule.repeat = interval;
  return schedule;
}

Schedule by_cron(const char* text) {
  Schedule schedule;
  schedule.repeat_cron = text;
  return schedule;
}

std::optional<Instant> next(const Schedule& schedule, const TaskProgress& progress, Instant now) {
  return next_nominal_start(schedule, progress, now, Zone::utc());
}

TEST(NextNominalStart, ASingleRunIsDueAtOnceToTheMicrosecond) {  // [A01]
  EXPECT_EQ(next(Schedule{}, fresh(), at(0.400001)), at(0.400001));
}

TEST(NextNominalStart, ASingleRunHasOneAttempt) {
  EXPECT_FALSE(next(Schedule{}, after_runs(1, at(7), at(10)), at(7)));
  // One that is to be planned again does not count as an attempt.
  TaskProgress again = after_runs(0, at(7), at(10));
  again.runs = 1;
  EXPECT_EQ(next(Schedule{}, again, at(8)), at(8));
}

TEST(NextNominalStart, AStartInThePastMeansNow) {
  Schedule schedule;
  schedule.start = at(5);
  EXPECT_EQ(next(schedule, fresh(), at(20)), at(20));
  schedule.start = at(50);
  EXPECT_EQ(next(schedule, fresh(), at(20)), at(50));
}

TEST(NextNominalStart, RunsAsLongAsTheirRepeatFollowEachOther) {  // [A05] with half-open ranges, [A06]
  EXPECT_EQ(next(every(seconds(60)), after_runs(1, at(0), at(60)), at(10)), at(60));
  EXPECT_EQ(next(every(seconds(60)), after_runs(1, at(0), at(59)), at(10)), at(60));
  EXPECT_EQ(next(every(seconds(60)), after_runs(1, at(0), at(61)), at(10)), at(120));
}

TEST(NextNominalStart, TheGridHangsOnAStartInThePast) {  // [A07]
  Schedule schedule = every(seconds(60));
  schedule.start = instant("2020-01-01T00:00:07Z");
  EXPECT_EQ(next(schedule, fresh(), at(20)), at(20));
  EXPECT_EQ(next(schedule, after_runs(1, *schedule.start, at(25)), at(20)), at(67));
  EXPECT_EQ(next(schedule, after_runs(2, *schedule.start, at(72)), at(67)), at(127));
}

TEST(NextNominalStart, ASlippedRunDoesNotMoveTheGrid) {
  EXPECT_EQ(next(every(seconds(60)), after_runs(3, at(0), at(159)), at(150)), at(180));
}

TEST(NextNominalStart, MissedGridPointsAreNotMadeUp) {
  EXPECT_EQ(next(every(seconds(60)), after_runs(1, at(0), at(10)), at(1000)), at(1020));
}

TEST(NextNominalStart, WhatRepeatsIsDueOnWholeSeconds) {
  EXPECT_EQ(next(every(seconds(60)), fresh(), at(0.4)), at(1));
  EXPECT_EQ(next(every(seconds(60)), after_runs(1, at(0.4), at(60.4)), at(10)), at(61));
  EXPECT_EQ(next(every(Duration(1'500'000)), after_runs(1, at(0), at(1)), at(1)), at(2));
  EXPECT_EQ(next(every(Duration(1'500'000)), after_runs(2, at(0), at(3)), at(3)), at(3));
}

TEST(NextNominalStart, UntilIsStrictlyAfterTheLastStart) {  // [A08] [A09]
  Schedule schedule = every(seconds(60));
  schedule.until = at(120);
  EXPECT_EQ(next(schedule, after_runs(1, at(0), at(10)), at(10)), at(60));
  EXPECT_FALSE(next(schedule, after_runs(2, at(0), at(70)), at(70)));
  schedule.until = at(121);
  EXPECT_EQ(next(schedule, after_runs(2, at(0), at(70)), at(70)), at(120));
}

TEST(NextNominalStart, AWeeklyTaskGoesOnWhenItsRunsAreGone) {  // [A10]
  EXPECT_EQ(next(every(hours(7 * 24)), after_runs(1, at(0), at(10)), kNoon + hours(6 * 24 + 1)),
            kNoon + hours(7 * 24));
}

TEST(NextNominalStart, ByCron) {  // [A11] [A12]
  const Instant first = instant("2030-01-01T00:00:00Z");
  EXPECT_EQ(
      next(by_cron("0 0 1 * *"), after_runs(1, first, first + seconds(10)), instant("2030-01-05T00:00:00Z")),
      instant("2030-02-01T00:00:00Z"));
  EXPECT_EQ(next(by_cron("0 0 13 * 5"), fresh(), kNoon), instant("2030-09-13T00:00:00Z"));
}

TEST(NextNominalStart, CronWaitsForTheStartAndForTheEndOfTheLatestRun) {
  Schedule schedule = by_cron("* * * * *");
  EXPECT_EQ(next(schedule, fresh(), at(0)), at(0));
  schedule.start = at(70);
  EXPECT_EQ(next(schedule, fresh(), at(0)), at(120));
  EXPECT_EQ(next(schedule, after_runs(1, at(120), at(180)), at(120)), at(180));
  EXPECT_EQ(next(schedule, after_runs(1, at(120), at(181)), at(120)), at(240));
}

TEST(NextNominalStart, CronFollowsTheZone) {
  const auto zone = Zone::named("America/New_York").value();
  EXPECT_EQ(next_nominal_start(by_cron("0 9 * * *"), fresh(), kNoon, zone), kNoon + hours(2));
}

TEST(NextNominalStart, OfIntervalAndCronTheEarlierCounts) {
  Schedule schedule = by_cron("2 12 * * *");
  schedule.repeat = seconds(90);
  EXPECT_EQ(next(schedule, fresh(), at(0)), at(0));
  EXPECT_EQ(next(schedule, after_runs(1, at(0), at(10)), at(10)), at(90));
  EXPECT_EQ(next(schedule, after_runs(2, at(0), at(100)), at(100)), at(120));
  EXPECT_EQ(next(schedule, after_runs(3, at(0), at(130)), at(130)), at(180));
}

TEST(NextNominalStart, EndsWithMaxRunsAndWithCancellation) {
  for (Schedule schedule : {every(seconds(60)), by_cron("* * * * *")}) {
    schedule.max_runs = 2;
    EXPECT_TRUE(next(schedule, after_runs(1, at(0), at(10)), at(10)));
    EXPECT_FALSE(next(schedule, after_runs(2, at(0), at(70)), at(70)));
    TaskProgress canceled = after_runs(1, at(0), at(10));
    canceled.enabled = false;
    EXPECT_FALSE(next(schedule, canceled, at(10)));
  }
}

TEST(NextNominalStart, MaxRunsCountsAttempts) {
  Schedule schedule = every(seconds(60));
  schedule.max_runs = 2;
  TaskProgress planned_again = after_runs(1, at(0), at(70));
  planned_again.runs = 5;
  EXPECT_TRUE(next(schedule, planned_again, at(70)));
}

RC_GTEST_PROP(NextNominalStartProperty, IsTheFirstPointOfTheGrid, ()) {
  const int anchor = *rc::gen::inRange(-500, 500);
  const int step = *rc::gen::inRange(1, 100);
  const int now = *rc::gen::inRange(-500, 1000);
  const int latest_end = *rc::gen::inRange(anchor, 1000);
  int expected = anchor;
  while (expected < now || expected < latest_end) expected += step;
  RC_ASSERT(next(every(seconds(step)), after_runs(1, at(anchor), at(latest_end)), at(now)) == at(expected));
}

TEST(EffectiveSlip, NeverRunsIntoTheNextRepeat) {
  Schedule schedule = every(seconds(60));
  schedule.slip = seconds(300);
  EXPECT_EQ(effective_slip(schedule, seconds(20)), seconds(40));
  EXPECT_EQ(effective_slip(schedule, seconds(60)), Duration::zero());
  EXPECT_EQ(effective_slip(schedule, seconds(90)), Duration::zero());
  schedule.slip = seconds(10);
  EXPECT_EQ(effective_slip(schedule, seconds(20)), seconds(10));
}

TEST(EffectiveSlip, IsTheSlipWithoutAnInterval) {
  Schedule schedule = by_cron("* * * * *");
  schedule.slip = seconds(300);
  EXPECT_EQ(effective_slip(schedule, seconds(20)), seconds(300));
  schedule.repeat_cron.clear();
  EXPECT_EQ(effective_slip(schedule, seconds(20)), seconds(300));
}

}  // namespace
}  // namespace pscheduler::schedule
