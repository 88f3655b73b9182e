// A short set of simulated nodes. tests/sim/soak runs many more.

#include <gtest/gtest.h>

#include "sim/report.hpp"
#include "sim/simulation.hpp"

namespace pscheduler::sim {
namespace {

using namespace std::chrono_literals;

SimulationOptions brief(std::uint64_t seed) {
  return {.seed = seed, .length = 2h, .calm = 40min};
}

class Seeds : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Seeds, EveryRuleHolds) {
  const auto options = brief(GetParam());
  const auto outcome = Simulation(options).run();
  EXPECT_FALSE(outcome.violation) << report(options, outcome);
  EXPECT_GT(outcome.tools, 0U);
}

INSTANTIATE_TEST_SUITE_P(Short, Seeds, testing::Range<std::uint64_t>(1, 13));

TEST(Simulation, ASeedAlwaysTellsTheSameStory) {
  const auto shorter = [](std::uint64_t seed) {
    return SimulationOptions{.seed = seed, .length = 1h, .calm = 20min};
  };
  const auto options = shorter(7);
  const auto once = Simulation(options).run();
  const auto again = Simulation(options).run();
  EXPECT_EQ(once.trace, again.trace);
  EXPECT_GT(once.runs, 0U);
  EXPECT_NE(once.trace, Simulation(shorter(8)).run().trace);
}

TEST(Simulation, FindsAnOverlapThatWasPlanted) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    auto options = brief(seed);
    options.plant_overlap = true;
    const auto outcome = Simulation(options).run();
    if (!outcome.violation) continue;
    EXPECT_TRUE(outcome.violation->rule == Rule::exclusive_alone ||
                outcome.violation->rule == Rule::agreed_slots_apart)
        << report(options, outcome);
    return;
  }
  FAIL() << "no seed has found it";
}

TEST(Rules, AreListedInOrder) {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kRules[i].rule), i) << kRules[i].name;
  }
}

}  // namespace
}  // namespace pscheduler::sim
