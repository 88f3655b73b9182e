#pragma once
// From a trace spec to a tracepath command (spec tools.md 3.35).

#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"
#include "shared/route.hpp"

namespace pscheduler::plugins {

// From the first probe until tracepath has given up on the last.
Duration tracepath_measuring(const Json& spec);

// The time to keep on the schedule, look-ups included.
Result<Duration> tracepath_slot(const Json& spec);

// Why tracepath cannot do this spec; empty when it can.
std::vector<std::string> tracepath_reasons_against(const Json& spec);

std::vector<std::string> tracepath_words(const Json& spec, const Route& route);

}  // namespace pscheduler::plugins
