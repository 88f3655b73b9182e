#pragma once
// Runs BWCTL's programs within the slot of a run (spec bwctl.md 8).

#include <cstdint>
#include <string>
#include <vector>

#include "pscheduler/plugin_sdk/run_input.hpp"
#include "pscheduler/time/instant.hpp"
#include "shared/bwctl_output.hpp"

namespace pscheduler::plugins {

// BWCTL waits this long for a slot at the far end; it is part of each tool's own.
inline constexpr Duration kBwctlGrace = std::chrono::seconds(60);

// Says, from what bwctl has printed, that it would begin more than the grace after `start`; empty while it
// does not. `length` is what BWCTL itself keeps for the test.
class BwctlStartWatch {
 public:
  BwctlStartWatch(Instant start, Duration length) : start_(start), length_(length) {}

  std::string operator()(const std::string& errors, Instant now);

 private:
  Instant start_;
  Duration length_;
  std::int64_t results_in_seconds_ = -1;  // the last announcement, and when it had been made
  Instant announced_;
};

struct BwctlMeasurement {
  BwctlOutput output;
  std::string diags;  // the command and what it printed
};

// Sleeps until the start and runs the command, no longer than its slot; ends it when it would begin too late.
BwctlMeasurement measure_with_bwctl(const sdk::RunInput& input, const std::vector<std::string>& words,
                                    Duration length);

}  // namespace pscheduler::plugins
