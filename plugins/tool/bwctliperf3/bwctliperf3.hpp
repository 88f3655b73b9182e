#pragma once
// The command of bwctliperf3 and what its output says (spec bwctl.md 6 and 7).

#include <string>

#include "shared/bwctl_throughput.hpp"

namespace pscheduler::plugins {

CommandWords bwctliperf3_words(const BwctlJob& job);

// iperf3's document among what it remarks before and after.
BwctlThroughputTool::Parsed parse_bwctliperf3(const std::string& text);

}  // namespace pscheduler::plugins
