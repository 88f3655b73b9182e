// sim-soak: runs seeds; see tests/sim/soak.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "sim/report.hpp"
#include "sim/simulation.hpp"
#include "sim/year.hpp"

namespace {

using namespace pscheduler;
using Watch = std::chrono::steady_clock;

double seconds_since(Watch::time_point begun) {
  return std::chrono::duration<double>(Watch::now() - begun).count();
}

// More telling than what the clock says when others work on this machine, too.
double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

int run_year() {
  const auto begun = Watch::now();
  const bool somebody_looks = ::isatty(STDERR_FILENO) != 0;
  const auto year = sim::simulate_year([&](int day) {
    if (somebody_looks) std::fprintf(stderr, "\rday %d, %.1f s ", day, processor_seconds());
  });
  if (somebody_looks) std::fputc('\n', stderr);
  std::printf(
      "A year of one node: %llu runs, %llu tools, at most %llu runs stored, in %.1f s (%.1f s of the "
      "processor)\n",
      static_cast<unsigned long long>(year.runs), static_cast<unsigned long long>(year.tools),
      static_cast<unsigned long long>(year.runs_kept_max), seconds_since(begun), processor_seconds());
  if (!year.violation) return 0;
  std::printf("%s\n", sim::describe(*year.violation).c_str());
  return 1;
}

int run_seeds(sim::SimulationOptions options, std::uint64_t first, std::uint64_t count, bool goes_on) {
  const auto begun = Watch::now();
  std::uint64_t failed = 0, tools = 0, lives = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    options.seed = seed;
    const auto outcome = sim::Simulation(options).run();
    tools += outcome.tools;
    lives += outcome.lives;
    if (outcome.violation) {
      ++failed;
      std::printf("\r%s", sim::report(options, outcome).c_str());
      std::fflush(stdout);
      if (!goes_on) break;
    }
    std::fprintf(stderr, "\rseed %llu, %llu to go, %llu failed, %llu tools, %llu lives, %.0f s ",
                 static_cast<unsigned long long>(seed),
                 static_cast<unsigned long long>(first + count - 1 - seed),
                 static_cast<unsigned long long>(failed), static_cast<unsigned long long>(tools),
                 static_cast<unsigned long long>(lives), seconds_since(begun));
  }
  std::fputc('\n', stderr);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Simulates whole nodes in virtual time and holds them against the rules.");
  sim::SimulationOptions options;
  std::uint64_t first = 1;
  std::uint64_t count = 100;
  std::uint64_t minutes = 360;
  bool year = false;
  bool goes_on = false;
  const auto* one = app.add_option("--seed", options.seed, "One seed, with everything that happens");
  app.add_option("--seeds", count, "How many seeds");
  app.add_option("--from", first, "The first of them");
  app.add_option("--minutes", minutes, "How long each node is disturbed");
  app.add_flag("--keep-going", goes_on, "Do not end at the first failure");
  app.add_flag("!--no-clock-steps", options.clock_steps, "With clocks that neither drift nor are set");
  app.add_flag("--plant-overlap", options.plant_overlap, "With a fault that has to be found");
  app.add_flag("--year", year, "A year of one node with a run a minute, as a benchmark");
  CLI11_PARSE(app, argc, argv);
  if (year) return run_year();
  options.length = std::chrono::minutes(minutes);
  if (one->count() == 0) return run_seeds(options, first, count, goes_on);
  options.tell = true;
  const auto outcome = sim::Simulation(options).run();
  std::fputs(sim::report(options, outcome).c_str(), stdout);
  std::printf("%llu runs, %llu tools, %llu lives, trace %016llx\n",
              static_cast<unsigned long long>(outcome.runs), static_cast<unsigned long long>(outcome.tools),
              static_cast<unsigned long long>(outcome.lives), static_cast<unsigned long long>(outcome.trace));
  return outcome.violation ? 1 : 0;
}
