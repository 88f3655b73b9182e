#pragma once
// What the archiver http knows without a network. Its program does the sending.

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/archiver_plugin.hpp"

namespace pscheduler::plugins {

extern const sdk::ArchiverPlugin archiver_http;

// Versions 1 to 4 are those of pScheduler 5.2; version 5 adds templates (http_template.hpp) and verifies
// certificates unless told otherwise.
inline constexpr int kHttpTemplates = 5;

Result<void> check_http_data(const Json& data);

}  // namespace pscheduler::plugins
