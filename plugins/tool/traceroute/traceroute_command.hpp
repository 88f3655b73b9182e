#pragma once
// From a trace spec to a traceroute command (spec tools.md 3.34).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"
#include "shared/route.hpp"

namespace pscheduler::plugins {

// The parts of the spec that decide how long it takes; defaults filled in.
struct TracerouteTimes {
  std::int64_t hops = 30;
  Duration sendwait{};
  std::optional<Duration> wait;

  // From the first probe until traceroute has given up on the last.
  [[nodiscard]] Duration measuring() const;
};
Result<TracerouteTimes> traceroute_times(const Json& spec);

// The time to keep on the schedule, look-ups included.
Result<Duration> traceroute_slot(const Json& spec);

// Why traceroute cannot do this spec; empty when it can.
std::vector<std::string> traceroute_reasons_against(const Json& spec);

std::vector<std::string> traceroute_words(const Json& spec, const TracerouteTimes& times, const Route& route);

}  // namespace pscheduler::plugins
