// Where there is room; names in brackets are the rows of spec scheduling.md 15 that the test holds.

#include "pscheduler/schedule/timeline.hpp"

#include <gtest/gtest.h>

#include "seconds.hpp"

namespace pscheduler::schedule {
namespace {

using enum SchedulingClass;
using std::chrono::seconds;

RunId id_of(const Occupation& occupation) {
  return occupation.run;
}

TEST(Timeline, ARunStartsWhereAnotherEnds) {  // [A13]
  Timeline timeline;
  timeline.insert({run_id(1), exclusive, range(60, 85)});
  EXPECT_EQ(timeline.find_slot({exclusive, at(60), at(360), seconds(10)}), range(85, 95));
}

TEST(Timeline, NothingIsFoundWhenTheSlipIsTooShort) {  // [A14]
  Timeline timeline;
  timeline.insert({run_id(1), exclusive, range(60, 85)});
  EXPECT_FALSE(timeline.find_slot({exclusive, at(60), at(80), seconds(10)}));
  EXPECT_EQ(timeline.first_conflict(exclusive, range(60, 90))->run, run_id(1));
  EXPECT_TRUE(timeline.find_slot({exclusive, at(60), at(85), seconds(10)}));
}

TEST(Timeline, AShortRunInsideALongOneOpensNoRoom) {  // [A15]
  Timeline timeline;
  timeline.insert({run_id(1), normal, range(60, 120)});
  timeline.insert({run_id(2), normal, range(70, 80)});
  EXPECT_EQ(timeline.gaps(exclusive, range(60, 380), seconds(20)), std::vector<TimeRange>{range(120, 380)});
  EXPECT_EQ(timeline.find_slot({exclusive, at(60), at(360), seconds(20)}), range(120, 140));
}

TEST(Timeline, NormalRunsShare) {  // [A16]
  Timeline timeline;
  timeline.insert({run_id(1), normal, range(60, 120)});
  EXPECT_EQ(timeline.find_slot({normal, at(60), at(60), seconds(10)}), range(60, 70));
}

TEST(Timeline, AHigherPriorityFindsRoomOverALowerOne) {  // [A17]
  Timeline timeline;
  timeline.insert({run_id(1), exclusive, range(60, 120), 1});
  EXPECT_FALSE(timeline.find_slot({exclusive, at(60), at(60), seconds(10)}));
  EXPECT_FALSE(timeline.find_slot({exclusive, at(60), at(60), seconds(10), 1}));
  EXPECT_EQ(timeline.find_slot({exclusive, at(60), at(60), seconds(10), 5}), range(60, 70));
  const auto displaced = timeline.displaced_by(exclusive, range(60, 70), 5);
  ASSERT_EQ(displaced.size(), 1u);
  EXPECT_EQ(id_of(displaced[0]), run_id(1));
}

TEST(Timeline, ARunWhoseToolIsBeingStartedGivesWayToNobody) {  // [A18], without the overlap; [A19]
  Timeline timeline;
  timeline.insert({run_id(1), exclusive, range(0, 60), 1});
  timeline.make_firm(run_id(1));
  EXPECT_EQ(timeline.first_conflict(exclusive, range(3, 13), 9)->run, run_id(1));
  EXPECT_TRUE(timeline.displaced_by(exclusive, range(3, 13), 9).empty());
  for (const auto displacing : {std::optional<std::int64_t>(), std::optional<std::int64_t>(9)}) {
    EXPECT_EQ(timeline.gaps(exclusive, range(10, 120), seconds(10), displacing),
              std::vector<TimeRange>{range(60, 120)});
  }
}

TEST(Timeline, DisplacingStopsAtTheFirstThatStands) {
  Timeline timeline;
  timeline.insert({run_id(1), exclusive, range(0, 10), 1});
  timeline.insert({run_id(2), exclusive, range(10, 20), 7});
  timeline.insert({run_id(3), exclusive, range(20, 30), 1});
  EXPECT_EQ(timeline.find_slot({exclusive, at(5), at(30), seconds(10), 5}), range(20, 30));
  EXPECT_EQ(timeline.find_slot({exclusive, at(0), at(30), seconds(10), 5}), range(0, 10));
  EXPECT_FALSE(timeline.find_slot({exclusive, at(5), at(19), seconds(10), 5}));
  EXPECT_EQ(timeline.gaps(exclusive, range(0, 40), seconds(1), 5),
            (std::vector<TimeRange>{range(0, 10), range(20, 40)}));
}

TEST(Timeline, FourForTheSameSecondFollowEachOther) {
  Timeline timeline;
  for (std::uint32_t i = 0; i < 4; ++i) {
    const auto slot = timeline.find_slot({exclusive, at(0), at(60), seconds(2)});
    ASSERT_TRUE(slot);
    EXPECT_EQ(slot->start, at(2 * i));
    timeline.insert({run_id(i), exclusive, *slot});
  }
}

TEST(Timeline, AnErasedRunLeavesItsTime) {
  Timeline timeline;
  timeline.insert({run_id(1), exclusive, range(10, 20)});
  timeline.erase(run_id(1));
  timeline.erase(run_id(2));
  EXPECT_FALSE(timeline.first_conflict(exclusive, range(0, 100)));
  EXPECT_EQ(timeline.size(), 0u);
}

TEST(Timeline, ARunIsThereOnce) {
  Timeline timeline;
  EXPECT_TRUE(timeline.insert({run_id(1), exclusive, range(10, 20), 3}));
  EXPECT_FALSE(timeline.insert({run_id(1), normal, range(50, 60)}));
  EXPECT_EQ(timeline.size(), 1u);
  const auto found = timeline.find(run_id(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->times, range(10, 20));
  EXPECT_EQ(found->scheduling_class, exclusive);
  EXPECT_EQ(found->priority, 3);
  EXPECT_FALSE(found->firm);
  EXPECT_FALSE(timeline.find(run_id(2)));
}

TEST(Timeline, BackgroundRunsOccupyNothingAndWaitForNobody) {
  Timeline timeline;
  timeline.insert({run_id(1), background, range(10, 20)});
  timeline.insert({run_id(2), background_multi, range(10, 2000)});
  EXPECT_EQ(timeline.find_slot({exclusive, at(10), at(10), seconds(5)}), range(10, 15));
  timeline.insert({run_id(3), exclusive, range(0, 100)});
  for (const auto anytime : {background, background_multi}) {
    EXPECT_EQ(timeline.find_slot({anytime, at(10), at(10), seconds(5)}), range(10, 15));
    EXPECT_EQ(timeline.gaps(anytime, range(0, 100), seconds(5)), std::vector<TimeRange>{range(0, 100)});
    EXPECT_FALSE(timeline.first_conflict(anytime, range(0, 100)));
    EXPECT_TRUE(timeline.displaced_by(anytime, range(0, 100), 9).empty());
  }
}

TEST(Timeline, EmptyRangesOccupyNothing) {
  Timeline timeline;
  EXPECT_TRUE(timeline.insert({run_id(1), exclusive, range(10, 10)}));
  EXPECT_EQ(timeline.size(), 0u);
  EXPECT_FALSE(timeline.first_conflict(exclusive, range(20, 10)));
  EXPECT_TRUE(timeline.gaps(exclusive, range(20, 10), seconds(0)).empty());
}

}  // namespace
}  // namespace pscheduler::schedule
