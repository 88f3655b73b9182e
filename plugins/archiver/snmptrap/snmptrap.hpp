#pragma once
// What the archiver snmptrap knows without its library. Its program does the rest.

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/archiver_plugin.hpp"

namespace pscheduler::plugins {

extern const sdk::ArchiverPlugin archiver_snmptrap;

enum class SnmpVersion { v1, v2c, v3 };

// Of data that pass check_snmptrap_data(): "version", else that of whom they name.
SnmpVersion snmp_version(const Json& data);

Result<void> check_snmptrap_data(const Json& data);

}  // namespace pscheduler::plugins
