#pragma once
// The command of bwctlping and what its output says (spec bwctl.md 6 and 7).

#include <cstdint>
#include <string_view>

#include "shared/bwctl_command.hpp"
#include "shared/ping_output.hpp"

namespace pscheduler::plugins {

CommandWords bwctlping_words(const BwctlJob& job);

// Ping's output with every packet that was asked for: those that did not come back are lost, whatever the
// statistics, which may be missing, say.
PingOutput parse_bwctlping(std::string_view text, std::int64_t count);

}  // namespace pscheduler::plugins
