// What users of several nodes count on, in small. tests/sim_mesh/soak has the same in full size.

#include <gtest/gtest.h>

#include "sim_mesh/contention.hpp"
#include "sim_mesh/dead_node.hpp"
#include "sim_mesh/killing.hpp"

namespace pscheduler::sim_mesh {
namespace {

using namespace std::chrono_literals;

std::string detail_of(const std::optional<Violation>& violation) {
  return violation ? violation->detail : "";
}

TEST(Contention, WithRoomForAllEveryRunOfEveryLeadIsMeasuredWithinItsSlip) {
  for (const int leads : {2, 3}) {
    const auto outcome = contend({.seed = 1, .leads = leads, .runs = 60});
    EXPECT_EQ(detail_of(outcome.violation), "");
    for (const auto& lead : outcome.leads) {
      EXPECT_EQ(lead.finished, 60);
      EXPECT_LE(lead.latest, leads * 5s);
    }
  }
}

// However many they are, and whoever is quicker.
TEST(Contention, WithRoomForOneEachGetsItsShareAndWhoHasNoTimeIsNamed) {
  for (const int leads : {2, 3}) {
    const int runs = 100 * leads;
    const auto outcome = contend({.seed = 2, .leads = leads, .runs = runs, .room_for_all = false});
    EXPECT_EQ(detail_of(outcome.violation), "");
    int measured = 0;
    for (const auto& lead : outcome.leads) {
      EXPECT_EQ(lead.finished + lead.explained, runs) << "none is lost";
      measured += lead.finished;
    }
    EXPECT_TRUE(outcome.is_fair()) << outcome.leads[0].finished << " of " << measured;
    EXPECT_GE(measured, runs * 95 / 100) << "no time is wasted";
  }
}

TEST(DeadNode, CostsThoseNothingWhoDoNotMeasureWithIt) {
  DeadNodeOptions options{.nodes = 7, .neighbours = 2, .length = 3min};
  const auto with = live_on(options);
  options.one_is_dead = false;
  const auto without = live_on(options);
  EXPECT_EQ(detail_of(with.violation), "");
  EXPECT_GT(with.runs_of_the_dead, 0U) << "they say why";
  EXPECT_GT(with.runs, 0U);
  EXPECT_EQ(with.runs, without.runs);
  EXPECT_EQ(with.not_finished, 0U);
  EXPECT_EQ(with.calls, without.calls);
  EXPECT_LE(with.late_most, without.late_most);
  EXPECT_LE(with.end_most, without.end_most + 1ms);
  EXPECT_LE(with.new_task_most, without.new_task_most + 1ms);
}

class Killing : public testing::TestWithParam<std::string> {};

// At each message and each commit in turn, now silent, now not, and back before the run is due or after it.
TEST_P(Killing, OfAParticipantAtAnyStepIsToldAndLeavesNothingBehind) {
  KillingOptions options{.victim = GetParam()};
  const auto undisturbed = kill_at(options);
  ASSERT_EQ(undisturbed.state, "finished") << undisturbed.problem;
  const auto story = [&](Step::Kind kind, int number) {
    options.step = Step{kind, number};
    options.silent = number % 2 == 0;
    options.gone_for = number % 3 == 0 ? 15s : 70s;
    EXPECT_EQ(judge(options, kill_at(options)), "") << describe(options);
  };
  for (int i = 0; i < undisturbed.messages; ++i) {
    story(i % 2 == 0 ? Step::Kind::before_message : Step::Kind::after_message, i);
  }
  for (int i = 0; i < undisturbed.commits; ++i) {
    story(i % 2 == 0 ? Step::Kind::commit_is_lost : Step::Kind::commit_is_durable, i);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, Killing, testing::Values("a", "b"));

}  // namespace
}  // namespace pscheduler::sim_mesh
