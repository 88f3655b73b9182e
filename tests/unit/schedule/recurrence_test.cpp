#include "pscheduler/schedule/recurrence.hpp"

#include <gtest/gtest.h>

namespace pscheduler::schedule {
namespace {

Instant at(int second) {
  return Instant(std::chrono::seconds(second));
}

TaskProgress after_runs(std::int64_t runs, int first_start, int latest_end) {
  TaskProgress progress;
  progress.enabled = true;
  progress.plans_runs = true;
  progress.runs = runs;
  progress.attempts = runs;
  if (runs > 0) {
    progress.first_start = at(first_start);
    progress.latest_end = at(latest_end);
  }
  return progress;
}

Schedule every(int seconds) {
  Schedule schedule;
  schedule.repeat = std::chrono::seconds(seconds);
  return schedule;
}

TEST(NextNominalStart, ASingleRunStartsAtOnceAndOnce) {
  const Schedule schedule;
  EXPECT_EQ(next_nominal_start(schedule, after_runs(0, 0, 0), at(7), Zone::utc()), at(7));
  EXPECT_FALSE(next_nominal_start(schedule, after_runs(1, 7, 10), at(7), Zone::utc()));
}

TEST(NextNominalStart, AStartInThePastMeansNow) {
  Schedule schedule;
  schedule.start = at(5);
  EXPECT_EQ(next_nominal_start(schedule, after_runs(0, 0, 0), at(20), Zone::utc()), at(20));
  schedule.start = at(50);
  EXPECT_EQ(next_nominal_start(schedule, after_runs(0, 0, 0), at(20), Zone::utc()), at(50));
}

TEST(NextNominalStart, RunsAsLongAsTheirRepeatFollowEachOther) {
  EXPECT_EQ(next_nominal_start(every(60), after_runs(1, 0, 60), at(10), Zone::utc()), at(60));
  EXPECT_EQ(next_nominal_start(every(60), after_runs(1, 0, 59), at(10), Zone::utc()), at(60));
  EXPECT_EQ(next_nominal_start(every(60), after_runs(1, 0, 61), at(10), Zone::utc()), at(120));
}

TEST(NextNominalStart, MissedGridPointsAreNotMadeUp) {
  EXPECT_EQ(next_nominal_start(every(60), after_runs(1, 0, 10), at(1000), Zone::utc()), at(1020));
}

TEST(NextNominalStart, UntilIsStrictlyAfterTheLastStart) {
  Schedule schedule = every(60);
  schedule.until = at(120);
  EXPECT_EQ(next_nominal_start(schedule, after_runs(1, 0, 10), at(10), Zone::utc()), at(60));
  EXPECT_FALSE(next_nominal_start(schedule, after_runs(2, 0, 70), at(70), Zone::utc()));
  schedule.until = at(121);
  EXPECT_EQ(next_nominal_start(schedule, after_runs(2, 0, 70), at(70), Zone::utc()), at(120));
}

TEST(NextNominalStart, EndsWithMaxRunsAndWithCancellation) {
  Schedule schedule = every(60);
  schedule.max_runs = 2;
  EXPECT_TRUE(next_nominal_start(schedule, after_runs(1, 0, 10), at(10), Zone::utc()));
  EXPECT_FALSE(next_nominal_start(schedule, after_runs(2, 0, 70), at(70), Zone::utc()));
  TaskProgress canceled = after_runs(1, 0, 10);
  canceled.enabled = false;
  EXPECT_FALSE(next_nominal_start(schedule, canceled, at(10), Zone::utc()));
}

TEST(EffectiveSlip, NeverRunsIntoTheNextRepeat) {
  Schedule schedule = every(60);
  schedule.slip = std::chrono::seconds(300);
  EXPECT_EQ(effective_slip(schedule, std::chrono::seconds(20)), std::chrono::seconds(40));
  EXPECT_EQ(effective_slip(schedule, std::chrono::seconds(90)), Duration::zero());
  schedule.slip = std::chrono::seconds(10);
  EXPECT_EQ(effective_slip(schedule, std::chrono::seconds(20)), std::chrono::seconds(10));
}

}  // namespace
}  // namespace pscheduler::schedule
