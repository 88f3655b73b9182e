// Schedules under which nothing would ever run are refused with a sentence.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pscheduler/schedule/recurrence.hpp"
#include "seconds.hpp"

namespace pscheduler::schedule {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Set = void (*)(Schedule&);

Result<void> check_with(Set set) {
  Schedule schedule;
  set(schedule);
  return check(schedule, at(0), Zone::utc());
}

struct Refusal {
  Set set;
  std::string member;
  std::string value;
  std::string remedy;
};

TEST(CheckSchedule, NamesMemberValueAndRemedy) {
  const Refusal refusals[] = {
      {[](Schedule& s) { s.slip = seconds(-1); }, "slip", "-PT1S is negative", "give PT0S or more"},
      {[](Schedule& s) { s.repeat = seconds(0); }, "repeat", "P0D is too short", "give PT1S or more"},
      {[](Schedule& s) { s.repeat = Duration(500'000); }, "repeat", "PT0.5S is too short", "give PT1S"},
      {[](Schedule& s) { s.repeat_cron = "*/5 * * * *"; }, "repeat-cron", "'*/5 * * * *'",
       "give '*' or numbers"},
      {[](Schedule& s) { s.repeat_cron = "0 0 30 2 *"; }, "repeat-cron", "'0 0 30 2 *' never matches",
       "name one"},
      {[](Schedule& s) { s.max_runs = 0; }, "max-runs", "0 is too few", "give 1 or more"},
      {[](Schedule& s) { s.until = at(-1); }, "until", "2030-01-02T11:59:59+00:00 is in the past",
       "give a time to come"},
      {[](Schedule& s) { s.until = at(0); }, "until", "2030-01-02T12:00:00+00:00 is in the past",
       "give a time to come"},
      {[](Schedule& s) { s.start = s.until = at(9); }, "until", "is not after the start", "give a later one"},
      {[](Schedule& s) {
         s.repeat_cron = "0 13 * * *";
         s.until = at(3600);
       },
       "until", "2030-01-02T13:00:00+00:00 is not after the first run", "give a later one"},
  };
  for (const auto& [set, member, value, remedy] : refusals) {
    const auto checked = check_with(set);
    ASSERT_FALSE(checked) << value;
    EXPECT_EQ(checked.error().code, Errc::invalid_argument);
    EXPECT_THAT(checked.error().message, StartsWith("At /schedule/" + member + ": "));
    EXPECT_THAT(checked.error().message, HasSubstr(value));
    EXPECT_THAT(checked.error().message, HasSubstr(remedy));
  }
}

TEST(CheckSchedule, TakesWhatCanRun) {
  const Set sets[] = {
      [](Schedule&) {},
      [](Schedule& s) { s.start = at(-1000); },
      [](Schedule& s) {
        s.start = at(-1000);
        s.until = at(1);
      },
      [](Schedule& s) {
        s.repeat = seconds(1);
        s.max_runs = 1;
      },
      [](Schedule& s) {
        s.start = at(9);
        s.repeat = seconds(60);
        s.until = at(10);
      },
      [](Schedule& s) {
        s.repeat_cron = "0 13 * * *";
        s.until = at(3601);
      },
      [](Schedule& s) {
        s.slip = seconds(300);
        s.repeat = seconds(10);
        s.repeat_cron = "0 0 29 2 6";
      },
  };
  for (const auto set : sets) {
    const auto checked = check_with(set);
    EXPECT_TRUE(checked) << checked.error().message;
  }
}

}  // namespace
}  // namespace pscheduler::schedule
