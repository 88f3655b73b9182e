#pragma once
// From ping's output to a result of the test rtt, for all its tools.

#include "pscheduler/json/value.hpp"
#include "shared/ping_output.hpp"

namespace pscheduler::plugins {

// With the names of addresses looked up when they are wanted, for some seconds at most.
enum class HostNames { looked_up, left_out };
Json rtt_result(const PingOutput& output, HostNames names);

// The first participant's round trips and statistics.
Json merge_rtt(const Json& test, const Json& results);

}  // namespace pscheduler::plugins
