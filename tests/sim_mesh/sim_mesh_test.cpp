// A short set of simulated meshes. tests/sim_mesh/soak runs many more.

#include <gtest/gtest.h>

#include "sim_mesh/report.hpp"
#include "sim_mesh/simulation.hpp"

namespace pscheduler::sim_mesh {
namespace {

using namespace std::chrono_literals;

SimulationOptions brief(std::uint64_t seed) {
  return {.seed = seed, .length = 10min, .calm = 6min};
}

class MeshSeeds : public testing::TestWithParam<std::uint64_t> {};

TEST_P(MeshSeeds, EveryRuleHolds) {
  const auto options = brief(GetParam());
  const auto outcome = Simulation(options).run();
  EXPECT_FALSE(outcome.violation) << report(options, outcome);
  EXPECT_GT(outcome.tools, 0U);
}

INSTANTIATE_TEST_SUITE_P(Short, MeshSeeds, testing::Range<std::uint64_t>(1, 9));

TEST(MeshSimulation, ASeedAlwaysTellsTheSameStory) {
  const auto shorter = [](std::uint64_t seed) {
    return SimulationOptions{.seed = seed, .length = 4min, .calm = 2min};
  };
  const auto once = Simulation(shorter(7)).run();
  const auto again = Simulation(shorter(7)).run();
  EXPECT_EQ(once.trace, again.trace);
  EXPECT_GT(once.runs, 0U);
  EXPECT_NE(once.trace, Simulation(shorter(8)).run().trace);
}

TEST(MeshSimulation, FindsAnOverlapThatWasPlanted) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    auto options = brief(seed);
    options.plant_overlap = true;
    const auto outcome = Simulation(options).run();
    if (!outcome.violation) continue;
    EXPECT_TRUE(outcome.violation->rule == Rule::exclusive_alone ||
                outcome.violation->rule == Rule::slots_apart)
        << report(options, outcome);
    return;
  }
  FAIL() << "no seed has found it";
}

TEST(MeshRules, AreListedInOrder) {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kRules[i].rule), i) << kRules[i].name;
  }
}

}  // namespace
}  // namespace pscheduler::sim_mesh
