// sim-mesh-soak: runs seeds; see tests/sim_mesh/soak.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "sim_mesh/report.hpp"
#include "sim_mesh/scenes.hpp"
#include "sim_mesh/simulation.hpp"

namespace {

using namespace pscheduler;
using Number = unsigned long long;

struct Totals {
  std::uint64_t seeds = 0, failed = 0, lives = 0, runs = 0, agreed = 0, tools = 0, calls = 0;

  void add(const sim_mesh::Outcome& outcome) {
    ++seeds;
    failed += outcome.violation ? 1 : 0;
    lives += outcome.lives - outcome.nodes;
    runs += outcome.runs;
    agreed += outcome.agreed;
    tools += outcome.tools;
    calls += outcome.calls;
  }
  void print(std::FILE* to, double seconds) const {
    std::fprintf(
        to,
        "%llu seeds, %llu failed, %llu restarts, %llu shared runs (%llu measured by all), %llu tools, "
        "%llu calls, %.0f s ",
        static_cast<Number>(seeds), static_cast<Number>(failed), static_cast<Number>(lives),
        static_cast<Number>(runs), static_cast<Number>(agreed), static_cast<Number>(tools),
        static_cast<Number>(calls), seconds);
  }
};

int run_seeds(sim_mesh::SimulationOptions options, std::uint64_t first, std::uint64_t count, bool goes_on) {
  const auto begun = std::chrono::steady_clock::now();
  const auto passed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  };
  Totals totals;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    options.seed = seed;
    const auto outcome = sim_mesh::Simulation(options).run();
    totals.add(outcome);
    if (outcome.violation) {
      std::printf("\r%s", sim_mesh::report(options, outcome).c_str());
      std::fflush(stdout);
      if (!goes_on) break;
    }
    std::fputc('\r', stderr);
    totals.print(stderr, passed());
  }
  std::fputc('\r', stderr);
  totals.print(stdout, passed());
  std::fputc('\n', stdout);
  return totals.failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Simulates meshes of whole nodes in virtual time and holds them against the rules.");
  sim_mesh::SimulationOptions options;
  std::uint64_t first = 1;
  std::uint64_t count = 100;
  std::uint64_t minutes = 30;
  bool goes_on = false;
  const auto* one = app.add_option("--seed", options.seed, "One seed, with everything that happens");
  app.add_option("--seeds", count, "How many seeds");
  app.add_option("--first", first, "The first of them");
  app.add_option("--minutes", minutes, "How long each mesh is disturbed");
  app.add_flag("--keep-going", goes_on, "Do not end at the first failure");
  app.add_flag("--plant-overlap", options.plant_overlap, "With a fault that has to be found");
  bool contention = false;
  bool dead_node = false;
  bool killing = false;
  app.add_flag("--contention", contention, "Two leads that want a third node 1,000 times each");
  app.add_flag("--dead-node", dead_node, "A mesh of 50 nodes, one of which dies");
  app.add_flag("--killing", killing, "A participant, and a lead, that dies at each step of a measurement");
  CLI11_PARSE(app, argc, argv);
  if (contention) return sim_mesh::show_contention() ? 0 : 1;
  if (dead_node) return sim_mesh::show_dead_node() ? 0 : 1;
  if (killing) return sim_mesh::show_killing() ? 0 : 1;
  options.length = std::chrono::minutes(minutes);
  if (one->count() == 0) return run_seeds(options, first, count, goes_on);
  options.tell = true;
  const auto outcome = sim_mesh::Simulation(options).run();
  std::fputs(sim_mesh::report(options, outcome).c_str(), stdout);
  std::printf("\n%llu nodes, %llu lives, %llu runs, %llu tools, %llu calls, trace %016llx\n",
              static_cast<Number>(outcome.nodes), static_cast<Number>(outcome.lives),
              static_cast<Number>(outcome.runs), static_cast<Number>(outcome.tools),
              static_cast<Number>(outcome.calls), static_cast<Number>(outcome.trace));
  return outcome.violation ? 1 : 0;
}
