#pragma once
// What a person reads of an rtt spec and its result (spec tests.md 3.17).

#include <string>

#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/report.hpp"

namespace pscheduler::plugins {

sdk::Report describe_rtt_spec(const Json& spec);
std::string format_rtt_result(sdk::MimeType type, const Json& spec, const Json& result);

}  // namespace pscheduler::plugins
