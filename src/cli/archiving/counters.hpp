#pragma once
// What pschedulerd counts beyond pScheduler 5.2, for `pscheduler metrics`: its load, and archiving by
// destination.

#include <string>

#include "cli/context.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::cli {

// Adds "load" and "destinations" to the metrics; what the server does not tell is left out.
void add_own_counters(Context& context, const std::string& host, const CallOptions& call, Json& metrics);

// The same in the text format of Prometheus.
std::string own_counters_text(const Json& metrics);

}  // namespace pscheduler::cli
