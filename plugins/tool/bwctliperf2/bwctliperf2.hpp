#pragma once
// The command of bwctliperf2 and what its output says (spec bwctl.md 6 and 7).

#include <string>

#include "shared/bwctl_throughput.hpp"

namespace pscheduler::plugins {

CommandWords bwctliperf2_words(const BwctlJob& job);

BwctlThroughputTool::Parsed parse_bwctliperf2(const std::string& text);

}  // namespace pscheduler::plugins
