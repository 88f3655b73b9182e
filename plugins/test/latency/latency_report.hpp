#pragma once
// What a person reads of the test latency (spec tests.md 3.10).

#include <string>

#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/report.hpp"

namespace pscheduler::plugins {

sdk::Report describe_latency_spec(const Json& spec);

// The spec gives the width of the buckets the result counts in.
std::string format_latency_result(sdk::MimeType type, const Json& spec, const Json& result);

}  // namespace pscheduler::plugins
