#pragma once
// A measurement with the system's ping, for every tool that makes something of round trips.

#include <optional>
#include <string>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"
#include "shared/ping_output.hpp"

namespace pscheduler::plugins {

struct PingMeasurement {
  std::optional<PingOutput> output;  // absent when ping could not measure; lost packets are no such failure
  std::string failure;               // then why, for a person
  std::string diags;                 // the command and what it printed
};

// Resolves names, sleeps until `start` and runs ping as the rtt spec says; bounded by the spec's times. Fails
// for a spec whose durations cannot be read.
Result<PingMeasurement> measure_with_ping(const Json& rtt_spec, Instant start);

}  // namespace pscheduler::plugins
