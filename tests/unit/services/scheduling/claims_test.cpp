// Who goes first, and what is kept of runs whose time is claimed.

#include "pscheduler/services/claims.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pscheduler::services {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr Instant kNoon = std::chrono::sys_days(std::chrono::year(2030) / 1 / 2) + 12h;

template <class Id>
Id id(std::uint8_t number) {
  Uuid::Bytes bytes{};
  bytes.back() = number;
  return Id(Uuid(bytes));
}

Run run(std::uint8_t number, Instant held_until, std::uint8_t task = 1) {
  Run run;
  run.id = id<RunId>(number);
  run.task = id<TaskId>(task);
  run.held_until = held_until;
  return run;
}

TEST(Rank, GoesByPriorityThenLotThenUuid) {
  const Rank usual{0, 70, id<TaskId>(5)};
  EXPECT_TRUE(goes_before({1, 71, id<TaskId>(9)}, usual));
  EXPECT_TRUE(goes_before({0, 69, id<TaskId>(9)}, usual));
  EXPECT_TRUE(goes_before({0, 70, id<TaskId>(4)}, usual));
  EXPECT_FALSE(goes_before({0, 70, id<TaskId>(6)}, usual));
  EXPECT_FALSE(goes_before({-1, 1, id<TaskId>(1)}, usual));
}

TEST(Rank, NeverPutsTwoBeforeEachOther) {
  const Rank usual{0, 70, id<TaskId>(5)};
  EXPECT_FALSE(goes_before(usual, usual));
}

TEST(Claims, ForgetARunOnceItIsSettled) {
  Claims claims;
  claims.hold(run(1, kNoon), SchedulingClass::exclusive, {7, 70, id<TaskId>(1)});
  ASSERT_NE(claims.find(id<RunId>(1)), nullptr);
  EXPECT_EQ(claims.find(id<RunId>(1))->priority, 7);
  const auto held = claims.settle(id<RunId>(1));
  ASSERT_TRUE(held);
  EXPECT_EQ(held->run.id, id<RunId>(1));
  EXPECT_EQ(claims.find(id<RunId>(1)), nullptr);
  EXPECT_FALSE(claims.settle(id<RunId>(1)));
  EXPECT_EQ(claims.next_end(), std::nullopt);
}

TEST(Claims, EndWhenTheirTimeHasPassed) {
  Claims claims;
  claims.hold(run(1, kNoon + 20s), SchedulingClass::exclusive, {});
  claims.hold(run(2, kNoon + 10s), SchedulingClass::exclusive, {});
  EXPECT_EQ(claims.next_end(), kNoon + 10s);
  EXPECT_THAT(claims.ended_by(kNoon + 9s), IsEmpty());
  EXPECT_THAT(claims.ended_by(kNoon + 10s), ElementsAre(id<RunId>(2)));
  EXPECT_THAT(claims.ended_by(kNoon + 20s), ElementsAre(id<RunId>(2), id<RunId>(1)));
}

TEST(Claims, OfOneTaskAreSettledTogether) {
  Claims claims;
  claims.hold(run(1, kNoon, 1), SchedulingClass::exclusive, {});
  claims.hold(run(2, kNoon, 2), SchedulingClass::exclusive, {});
  claims.hold(run(3, kNoon, 1), SchedulingClass::exclusive, {});
  EXPECT_EQ(claims.settle_of(id<TaskId>(1)).size(), 2U);
  EXPECT_FALSE(claims.is_held(id<RunId>(1)));
  EXPECT_TRUE(claims.is_held(id<RunId>(2)));
}

TEST(Claims, OfThisNodesOwnNegotiationsAreNotHeldForAnybody) {
  Claims claims;
  claims.negotiate(id<RunId>(1), {});
  EXPECT_NE(claims.find(id<RunId>(1)), nullptr);
  EXPECT_FALSE(claims.is_held(id<RunId>(1)));
  EXPECT_FALSE(claims.settle(id<RunId>(1)));
  EXPECT_EQ(claims.find(id<RunId>(1)), nullptr);
}

}  // namespace
}  // namespace pscheduler::services
