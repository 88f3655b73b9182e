#pragma once
// How the test trace is shown (spec tests.md 3.24).

#include <string>

#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/report.hpp"

namespace pscheduler::plugins {

sdk::Report describe_trace_spec(const Json& spec);

// Text has a line a hop, and one more for its autonomous system; HTML a table a path.
std::string format_trace_result(sdk::MimeType type, const Json& spec, const Json& result);

}  // namespace pscheduler::plugins
