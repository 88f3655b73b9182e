#pragma once
// What a person reads of a throughput spec and its result (spec tests.md 3.23).

#include <string>

#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/report.hpp"

namespace pscheduler::plugins {

sdk::Report describe_throughput_spec(const Json& spec);
std::string format_throughput_result(sdk::MimeType type, const Json& spec, const Json& result);

}  // namespace pscheduler::plugins
