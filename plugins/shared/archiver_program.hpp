#pragma once
// Archivers whose `archive` is a program of its own, for its library.

#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/archiver_plugin.hpp"

namespace pscheduler::plugins {

// The whole of its main(): `archiver` as others know it, with this function for its `archive`.
int run_archiver(sdk::ArchiverPlugin archiver, sdk::ArchiveReply (*archive)(const Json& record), int argc,
                 char** argv);

}  // namespace pscheduler::plugins
