#pragma once
// Where the programs and plug-ins that belong to the daemon are.

#include <filesystem>
#include <vector>

#include "pscheduler/adapters/jq/jq_scripts.hpp"
#include "pscheduler/base/result.hpp"

namespace pscheduler::app {

// In the build tree or as installed.
struct Installation {
  std::filesystem::path shepherd;
  std::filesystem::path jq_helper;
  std::filesystem::path jq_modules;                // empty when there are none
  std::vector<std::filesystem::path> class_roots;  // ours first, then the system's
};

// Looks relative to the running program. unavailable when a program is missing.
Result<Installation> find_installation(const std::vector<std::filesystem::path>& plugins_configured);

// How the daemon's scripts are run.
adapters::JqScriptsOptions jq_options(const Installation& installation);

}  // namespace pscheduler::app
