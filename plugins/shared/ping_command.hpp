#pragma once
// From an rtt spec to a ping command (spec tools.md 3.22).

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
struct PingTimes {
  std::int64_t count = 5;
  Duration interval{};
  Duration timeout{};
  std::optional<Duration> deadline;

  // From the first packet until ping has given up on the last.
  [[nodiscard]] Duration measuring() const;
};
Result<PingTimes> ping_times(const Json& spec);

// The time to keep on the schedule.
Result<Duration> ping_slot(const Json& spec);

// Why ping cannot do this spec; empty when it can.
std::vector<std::string> ping_reasons_against(const Json& spec);

std::vector<std::string> ping_words(const Json& spec, const PingTimes& times, const Route& route);

}  // namespace pscheduler::plugins
