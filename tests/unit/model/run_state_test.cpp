#include "pscheduler/model/run_state.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "pscheduler/model/scheduling_class.hpp"

namespace pscheduler {
namespace {

std::set<RunState> reachable_from(RunState start) {
  std::set<RunState> seen = {start};
  std::vector<RunState> open = {start};
  while (!open.empty()) {
    const RunState state = open.back();
    open.pop_back();
    for (const RunState next : successors(state)) {
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return seen;
}

TEST(RunState, EveryStateHasItsOwnNameAndCanBeReached) {
  const auto reached = reachable_from(RunState::scheduling);
  for (int number = 0; number < kRunStateCount; ++number) {
    const auto state = run_state_from_number(number);
    ASSERT_TRUE(state);
    EXPECT_EQ(static_cast<int>(traits(*state).state), number);
    EXPECT_EQ(parse_run_state(traits(*state).name), state);
    EXPECT_TRUE(reached.contains(*state)) << traits(*state).name;
  }
  EXPECT_FALSE(run_state_from_number(kRunStateCount));
  EXPECT_FALSE(run_state_from_number(-1));
}

TEST(RunState, EveryUnfinishedStateCanReachAFinalOne) {
  for (int number = 0; number < kRunStateCount; ++number) {
    const auto state = *run_state_from_number(number);
    bool ends = traits(state).final;
    for (const RunState next : reachable_from(state)) ends = ends || traits(next).final;
    EXPECT_TRUE(ends) << traits(state).name;
  }
}

TEST(RunState, MovesAreThoseOfTheWireContract) {
  EXPECT_TRUE(is_allowed(RunState::running, RunState::canceled));
  EXPECT_TRUE(is_allowed(RunState::overdue, RunState::finished));
  EXPECT_TRUE(is_allowed(RunState::failed, RunState::failed));
  EXPECT_FALSE(is_allowed(RunState::failed, RunState::finished));
  EXPECT_FALSE(is_allowed(RunState::canceled, RunState::running));
  EXPECT_FALSE(is_allowed(RunState::pending, RunState::finished));
  EXPECT_FALSE(is_allowed(RunState::cleanup, RunState::canceled));
}

TEST(SchedulingClass, NamesReadBack) {
  for (const auto scheduling_class : {SchedulingClass::background, SchedulingClass::background_multi,
                                      SchedulingClass::normal, SchedulingClass::exclusive}) {
    EXPECT_EQ(parse_scheduling_class(traits(scheduling_class).name), scheduling_class);
  }
  EXPECT_FALSE(parse_scheduling_class("foreground"));
}

}  // namespace
}  // namespace pscheduler
