#include "schedule/rules.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace pscheduler::schedule
