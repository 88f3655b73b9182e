#include "pscheduler/schedule/timeline.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string_view>

namespace pscheduler::schedule {
namespace {

using enum SchedulingClass;

Instant at(int second) {
  return Instant(std::chrono::seconds(second));
}
TimeRange range(int start, int end) {
  return {at(start), at(end)};
}

RunId run_id(std::uint8_t number) {
  Uuid::Bytes bytes{};
  bytes[15] = number;
  return RunId(Uuid(bytes));
}

struct ClassCase {
  SchedulingClass one;
  SchedulingClass other;
  bool overlap;
};

TEST(Timeline, ClassesShareTimeAsTheContractSays) {
  for (const auto& [one, other, overlap] :
       {ClassCase{normal, normal, true}, ClassCase{normal, exclusive, false},
        ClassCase{exclusive, exclusive, false}, ClassCase{background, exclusive, true},
        ClassCase{background_multi, exclusive, true}, ClassCase{background, background, true},
        ClassCase{background, normal, true}}) {
    EXPECT_EQ(may_overlap(one, other), overlap);
    EXPECT_EQ(may_overlap(other, one), overlap);
  }
}

TEST(Timeline, ARunMayStartWhereAnotherEnds) {
  Timeline timeline;
  timeline.insert({run_id(1), exclusive, range(60, 85)});
  const auto slot = timeline.find_slot({exclusive, at(60), at(360), std::chrono::seconds(10)});
  EXPECT_EQ(slot, range(85, 95));
}

TEST(Timeline, NothingIsFoundWhenTheSlipIsTooShort) {
  Timeline timeline;
  timeline.insert({run_id(1), exclusive, range(60, 85)});
  EXPECT_FALSE(timeline.find_slot({exclusive, at(60), at(80), std::chrono::seconds(10)}));
  EXPECT_TRUE(timeline.find_slot({exclusive, at(60), at(85), std::chrono::seconds(10)}));
}

TEST(Timeline, NormalRunsShareAndKeepExclusiveOnesAway) {
  Timeline timeline;
  timeline.insert({run_id(1), normal, range(60, 120)});
  timeline.insert({run_id(2), normal, range(70, 80)});
  EXPECT_EQ(timeline.find_slot({normal, at(60), at(60), std::chrono::seconds(10)}), range(60, 70));
  EXPECT_EQ(timeline.gaps(exclusive, range(60, 380), std::chrono::seconds(20)),
            std::vector<TimeRange>{range(120, 380)});
}

TEST(Timeline, AnErasedRunLeavesItsTime) {
  Timeline timeline;
  timeline.insert({run_id(1), exclusive, range(10, 20)});
  timeline.erase(run_id(1));
  EXPECT_FALSE(timeline.first_conflict(exclusive, range(0, 100)));
  EXPECT_EQ(timeline.size(), 0u);
}

TEST(Timeline, BackgroundRunsOccupyNothing) {
  Timeline timeline;
  timeline.insert({run_id(1), background, range(10, 20)});
  timeline.insert({run_id(2), background_multi, range(10, 2000)});
  EXPECT_EQ(timeline.find_slot({exclusive, at(10), at(10), std::chrono::seconds(5)}), range(10, 15));
}

struct Placed {
  std::uint8_t number;
  bool exclusive_run;
  int start;
  int length;
};

// The brute-force model: every second of every placed run is looked at.
bool is_free(const std::vector<Placed>& runs, SchedulingClass scheduling_class, int start, int length) {
  for (const auto& run : runs) {
    const auto other = run.exclusive_run ? exclusive : normal;
    if (may_overlap(scheduling_class, other)) continue;
    if (start < run.start + run.length && run.start < start + length) return false;
  }
  return true;
}

RC_GTEST_PROP(TimelineProperty, TheSlotIsFreeAndTheEarliest, ()) {
  std::vector<Placed> runs;
  Timeline timeline;
  const auto count = *rc::gen::inRange(0, 12);
  for (int i = 0; i < count; ++i) {
    const Placed run{static_cast<std::uint8_t>(i + 1), *rc::gen::arbitrary<bool>(), *rc::gen::inRange(0, 60),
                     *rc::gen::inRange(1, 20)};
    runs.push_back(run);
    timeline.insert({run_id(run.number), run.exclusive_run ? exclusive : normal,
                     range(run.start, run.start + run.length)});
  }
  if (!runs.empty() && *rc::gen::arbitrary<bool>()) {
    timeline.erase(run_id(runs.back().number));
    runs.pop_back();
  }
  const auto wanted = *rc::gen::element(normal, exclusive);
  const int earliest = *rc::gen::inRange(0, 60);
  const int slip = *rc::gen::inRange(0, 60);
  const int length = *rc::gen::inRange(1, 15);
  std::optional<TimeRange> expected;
  for (int start = earliest; start <= earliest + slip && !expected; ++start) {
    if (is_free(runs, wanted, start, length)) expected = range(start, start + length);
  }
  RC_ASSERT(timeline.find_slot({wanted, at(earliest), at(earliest + slip), std::chrono::seconds(length)}) ==
            expected);
}

RC_GTEST_PROP(TimelineProperty, GapsAreExactlyTheFreeSeconds, ()) {
  std::vector<Placed> runs;
  Timeline timeline;
  const auto count = *rc::gen::inRange(0, 10);
  for (int i = 0; i < count; ++i) {
    const Placed run{static_cast<std::uint8_t>(i + 1), *rc::gen::arbitrary<bool>(), *rc::gen::inRange(0, 60),
                     *rc::gen::inRange(1, 20)};
    runs.push_back(run);
    timeline.insert({run_id(run.number), run.exclusive_run ? exclusive : normal,
                     range(run.start, run.start + run.length)});
  }
  const auto wanted = *rc::gen::element(normal, exclusive);
  const auto gaps = timeline.gaps(wanted, range(0, 90), std::chrono::seconds(1));
  for (int second = 0; second < 90; ++second) {
    const bool in_gap =
        std::any_of(gaps.begin(), gaps.end(), [&](const TimeRange& gap) { return gap.contains(at(second)); });
    RC_ASSERT(in_gap == is_free(runs, wanted, second, 1));
  }
}

}  // namespace
}  // namespace pscheduler::schedule
