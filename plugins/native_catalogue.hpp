#pragma once
// All native plug-ins. The build writes the function from the folders beside this file.

#include "pscheduler/plugin_sdk/catalogue.hpp"

namespace pscheduler::plugins {

sdk::Catalogue native_catalogue();

}  // namespace pscheduler::plugins
