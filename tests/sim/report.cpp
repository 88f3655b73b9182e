#include "sim/report.hpp"

namespace pscheduler::sim {

using std::chrono::duration_cast;
using std::chrono::minutes;

std::string describe(const Violation& violation) {
  const auto& rule = text_of(violation.rule);
  return "at " + format_timestamp(violation.at, Zone::utc()) + ", breaks " + std::string(rule.name) + ": " +
         violation.detail + ".\n  The rule: " + std::string(rule.sentence);
}

std::string report(const SimulationOptions& options, const Outcome& outcome) {
  if (!outcome.violation) return "seed " + std::to_string(options.seed) + ": every rule holds";
  std::string text = "seed " + std::to_string(options.seed) + ", " + describe(*outcome.violation) +
                     "\n  Replay: tests/sim/soak --seed " + std::to_string(options.seed);
  const SimulationOptions usual;
  if (options.length != usual.length) {
    text += " --minutes " + std::to_string(duration_cast<minutes>(options.length).count());
  }
  if (!options.clock_steps) text += " --no-clock-steps";
  if (options.plant_overlap) text += " --plant-overlap";
  return text + "\n";
}

}  // namespace pscheduler::sim
