#include "schedule/rules.hpp"

#include <gtest/gtest.h>

#include "seconds.hpp"

namespace pscheduler::schedule {
namespace {

using enum SchedulingClass;
using enum Verdict;

struct Pair {
  SchedulingClass one;
  SchedulingClass other;
  bool overlap;
};

constexpr Pair kPairs[] = {
    {background, background, true},
    {background, background_multi, true},
    {background, normal, true},
    {background, exclusive, true},
    {background_multi, normal, true},
    {background_multi, exclusive, true},
    {background_multi, background_multi, true},
    {normal, normal, true},
    {normal, exclusive, false},
    {exclusive, exclusive, false},
};

TEST(Rules, OnlyExclusiveRunsAreAlone) {
  for (const auto& [one, other, overlap] : kPairs) {
    EXPECT_EQ(may_overlap(one, other), overlap) << traits(one).name << ", " << traits(other).name;
    EXPECT_EQ(may_overlap(other, one), overlap) << traits(other).name << ", " << traits(one).name;
  }
}

TEST(Rules, WhoSharesDoesSoWhateverThePriority) {
  for (const auto& [one, other, overlap] : kPairs) {
    if (!overlap) continue;
    for (const bool firm : {false, true}) {
      EXPECT_EQ(verdict(one, 9, {{}, other, {}, 1, firm}), share);
      EXPECT_EQ(verdict(one, 1, {{}, other, {}, 9, firm}), share);
      EXPECT_EQ(verdict(one, std::nullopt, {{}, other, {}, 1, firm}), share);
    }
  }
}

struct Standing {
  std::optional<std::int64_t> displacing;
  std::int64_t priority;
  bool firm;
  Verdict verdict;
};

TEST(Rules, OnlyALowerPriorityThatIsNotFirmGivesWay) {
  for (const auto& [displacing, priority, firm, expected] :
       {Standing{std::nullopt, -5, false, stands}, Standing{5, 4, false, gives_way},
        Standing{5, 5, false, stands}, Standing{5, 6, false, stands}, Standing{5, 4, true, stands},
        Standing{0, -1, false, gives_way}, Standing{-1, 0, false, stands}}) {
    EXPECT_EQ(verdict(exclusive, displacing, {{}, exclusive, {}, priority, firm}), expected);
    EXPECT_EQ(verdict(exclusive, displacing, {{}, normal, {}, priority, firm}), expected);
    EXPECT_EQ(verdict(normal, displacing, {{}, exclusive, {}, priority, firm}), expected);
  }
}

struct Meeting {
  Displacing newcomer;
  Occupation existing;
};

// Lots 5 against 7, and a run that came after the newcomer's task was known.
Meeting meeting() {
  Displacing newcomer(0);
  newcomer.turn = Turn{5, at(10)};
  newcomer.not_before = at(60);
  return {newcomer, {{}, exclusive, range(60, 70), 0, false, Turn{7, at(20)}}};
}

TEST(Rules, OfEqualsThatTakeTurnsTheSmallerLotHasTheTime) {
  std::vector<Meeting> meetings(9, meeting());
  meetings[1].existing.turn->lot = 4;
  meetings[2].existing.turn->lot = 5;
  meetings[3].existing.turn->since = at(9);  // it was there before
  meetings[4].existing.turn.reset();
  meetings[5].newcomer.turn.reset();
  meetings[6].existing.times = range(59, 69);  // it is too late to tell its lead
  meetings[7].existing.firm = true;
  meetings[8].existing.priority = 1;
  for (std::size_t i = 0; i < meetings.size(); ++i) {
    const auto& [newcomer, existing] = meetings[i];
    EXPECT_EQ(verdict(exclusive, newcomer, existing), i == 0 ? gives_way : stands) << i;
    EXPECT_EQ(verdict(exclusive, std::nullopt, existing), stands) << "without displacing, " << i;
  }
  auto lower = meeting();
  lower.existing.priority = -1;
  lower.existing.turn->lot = 1;
  EXPECT_EQ(verdict(exclusive, lower.newcomer, lower.existing), gives_way) << "a priority needs no lot";
}

}  // namespace
}  // namespace pscheduler::schedule
