#pragma once
// What the archiver postgresql knows without its library. Its program does the rest.

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/archiver_plugin.hpp"

namespace pscheduler::plugins {

extern const sdk::ArchiverPlugin archiver_postgresql;

Result<void> check_postgresql_data(const Json& data);

}  // namespace pscheduler::plugins
