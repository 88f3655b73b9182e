#pragma once
// What pschedulerd counts beyond pScheduler 5.2, for `pscheduler metrics`: its load, and archiving by
// destination.

#include <functional>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::cli {

// Asks the server for what is at a path of its API.
using Ask = std::function<Result<Json>(const std::string& path)>;

// Adds "load" and "destinations" to the metrics; what the server does not tell is left out.
void add_own_counters(const Ask& ask, Instant now, Json& metrics);

// The same in the text format of Prometheus.
std::string own_counters_text(const Json& metrics);

// What a server says, as the value of a label in that format, between its quotes.
std::string label_text(std::string_view text);

}  // namespace pscheduler::cli
