// The common time of several hosts, by example and against a look at every half second.

#include "pscheduler/schedule/common_time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "seconds.hpp"

namespace pscheduler::schedule {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

using Ranges = std::vector<TimeRange>;

StartRequest between(double earliest, double latest, double length, bool whole_seconds = false) {
  return {at(earliest), at(latest), at(length) - kNoon, whole_seconds};
}

TEST(CommonTime, IsWhatLiesInBothLists) {
  EXPECT_THAT(intersect({range(0, 10), range(20, 30)}, {range(5, 22), range(29, 40)}),
              ElementsAre(range(5, 10), range(20, 22), range(29, 30)));
}

TEST(CommonTime, OfRangesThatOnlyTouchIsNone) {
  EXPECT_THAT(intersect({range(0, 10)}, {range(10, 20)}), IsEmpty());
  EXPECT_THAT(intersect({}, {range(10, 20)}), IsEmpty());
}

TEST(EarliestStart, IsInTheFirstPieceThatIsLongEnough) {
  EXPECT_EQ(earliest_start({range(0, 4), range(10, 20)}, between(0, 60, 5)), range(10, 15));
}

TEST(EarliestStart, MayLieInTheMiddleOfAPieceAndUseItToItsEnd) {
  EXPECT_EQ(earliest_start({range(0, 10)}, between(5, 60, 5)), range(5, 10));
  EXPECT_EQ(earliest_start({range(0, 10)}, between(6, 60, 5)), std::nullopt);
}

TEST(EarliestStart, IsNoLaterThanTheSlipAllows) {
  EXPECT_EQ(earliest_start({range(10, 30)}, between(0, 10, 5)), range(10, 15));
  EXPECT_EQ(earliest_start({range(10, 30)}, between(0, 9, 5)), std::nullopt);
}

TEST(EarliestStart, LiesOnAWholeSecondWhereOthersKnowNothingElse) {
  const Ranges pieces{{at(0.25), at(5.5)}};
  EXPECT_EQ(earliest_start(pieces, between(0.5, 60, 2)), (TimeRange{at(0.5), at(2.5)}));
  EXPECT_EQ(earliest_start(pieces, between(0.5, 60, 2, true)), range(1, 3));
  EXPECT_EQ(earliest_start(pieces, between(0.5, 0.9, 2, true)), std::nullopt);
}

TEST(RandomStart, TakesThePieceAndTheSecondThatAreDrawn) {
  const Ranges pieces{range(0, 10), range(20, 30)};
  std::vector<std::uint64_t> bounds;
  const auto last = [&](std::uint64_t bound) {
    bounds.push_back(bound);
    return bound - 1;
  };
  EXPECT_EQ(random_start(pieces, between(0, 60, 4), last), range(26, 30));
  EXPECT_THAT(bounds, ElementsAre(2U, 7U));
}

TEST(RandomStart, LiesInAPieceThatIsJustLongEnough) {
  const auto first = [](std::uint64_t) { return std::uint64_t{0}; };
  EXPECT_EQ(random_start({range(3, 7)}, between(0, 60, 4), first), range(3, 7));
  EXPECT_EQ(random_start({range(3, 6)}, between(0, 60, 4), first), std::nullopt);
}

// Ascending and disjoint, on half seconds.
Ranges any_ranges() {
  Ranges ranges;
  double from = 0;
  for (int i = *rc::gen::inRange(0, 6); i > 0; --i) {
    from += *rc::gen::inRange(1, 10) / 2.0;
    const double to = from + *rc::gen::inRange(1, 20) / 2.0;
    ranges.push_back({at(from), at(to)});
    from = to;
  }
  return ranges;
}

bool lies_in(const Ranges& ranges, const TimeRange& times) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const TimeRange& range) {
    return range.start <= times.start && times.end <= range.end;
  });
}

RC_GTEST_PROP(CommonTimeProperty, AnInstantIsCommonWhenBothListsHaveIt, ()) {
  const Ranges one = any_ranges();
  const Ranges other = any_ranges();
  const Ranges both = intersect(one, other);
  for (double second = 0; second < 100; second += 0.5) {
    const TimeRange instant{at(second), at(second + 0.5)};
    RC_ASSERT(lies_in(both, instant) == (lies_in(one, instant) && lies_in(other, instant)));
  }
}

RC_GTEST_PROP(CommonTimeProperty, TheEarliestStartIsTheFirstThatFits, ()) {
  const Ranges pieces = any_ranges();
  const bool whole_seconds = *rc::gen::arbitrary<bool>();
  const auto request = between(*rc::gen::inRange(0, 60) / 2.0, *rc::gen::inRange(0, 120) / 2.0,
                               *rc::gen::inRange(1, 10) / 2.0, whole_seconds);
  std::optional<TimeRange> expected;
  for (Instant start = request.earliest; start <= request.latest_start && !expected; start += 500ms) {
    if (whole_seconds && start != ceil_to_second(start)) continue;
    const TimeRange times{start, start + request.length};
    if (lies_in(pieces, times)) expected = times;
  }
  RC_ASSERT(earliest_start(pieces, request) == expected);
}

}  // namespace
}  // namespace pscheduler::schedule
