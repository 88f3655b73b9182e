#pragma once
// The test latency by way of round trips: what to ask of ping, and what its answer says (spec tools.md 3.12).

#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"
#include "shared/ping_output.hpp"

namespace pscheduler::plugins {

// Why ping cannot do this latency spec; empty when it can.
std::vector<std::string> halfping_reasons_against(const Json& spec);

// The time to keep on the schedule.
Result<Duration> halfping_slot(const Json& spec);

// The rtt spec that sends the packets the latency spec asks for.
Json rtt_spec_for(const Json& spec);

// Half of each round trip, in the test's units: a bucket is the latency divided by the spec's width, rounded
// to two decimals.
Json latency_result(const Json& spec, const PingOutput& output);

}  // namespace pscheduler::plugins
