#pragma once
// The tools that trace through BWCTL (spec bwctl.md 4 to 7).

#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/run_input.hpp"
#include "shared/bwctl_command.hpp"
#include "shared/trace_output.hpp"

namespace pscheduler::plugins {

// The command that has `traceroute` or `tracepath` trace at its source.
CommandWords bwctl_trace_words(const BwctlJob& job, std::string_view tool);

// A minute whatever is asked: most of it is BWCTL's waiting.
Result<Duration> bwctl_trace_slot(const Json& spec);

Result<Json> run_bwctl_trace(const sdk::RunInput& input, std::string_view tool,
                             TracePath (*parse)(std::string_view text));

}  // namespace pscheduler::plugins
