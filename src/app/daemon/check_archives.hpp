#pragma once
// What `pschedulerd --check` says about the default archives.

#include "pscheduler/app/config.hpp"

namespace pscheduler::app {

// What is wrong with the files, by what the plug-ins say; they are only asked when there is a file.
ConfigProblems check_default_archives(const Config& config);

}  // namespace pscheduler::app
