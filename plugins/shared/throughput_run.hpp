#pragma once
// How the two ends of a throughput test find each other and end in time, whatever the other does (spec
// tools.md 1.3). Both begin at the start of the run. Where a server refuses a client, it is not up yet: the
// client tries again at once, as long as a whole measurement still fits into the slot.

#include <functional>
#include <string>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"
#include "pscheduler/plugin_sdk/run_input.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

// Counts from the start of the run, on the steady clock.
class RunClock {
 public:
  // Sleeps until the start. `measuring` is how long the programs exchange data.
  RunClock(const sdk::RunInput& input, Duration measuring);

  [[nodiscard]] Duration left() const;           // until every program must have ended
  [[nodiscard]] Duration left_to_begin() const;  // until a measurement that begins would end too late

 private:
  [[nodiscard]] Duration passed() const;

  std::chrono::steady_clock::time_point start_;
  Duration deadline_;
  Duration last_start_;
};

struct Attempts {
  sdk::ChildOutcome last;
  int count = 0;
  Duration tried{};  // from the first to the last
};

// Runs the program, again while `again` says so of its outcome and the clock allows it.
Attempts run_until_answered(const std::vector<std::string>& words, const RunClock& clock,
                            bool (*again)(const sdk::ChildOutcome&));

// " It was tried 12 times in 3.4 seconds." when there was more than one.
std::string attempts_text(const Attempts& attempts);

// The command and what it printed.
std::string program_diags(const std::vector<std::string>& words, const std::string& output,
                          const std::string& errors, const std::string& remark);

// One end of a measurement, from the start of the run on; what it returns is the result of the run.
using End = std::function<Json(const RunClock&)>;

// The end that the run's participant is. In a loopback test, both by one process: `server` in a second one,
// `client` in this; the result is that of the client, with what the server has to add. `measuring` is how
// long the programs exchange data.
Json run_own_end(const sdk::RunInput& input, Duration measuring, const End& client, const End& server);

}  // namespace pscheduler::plugins
