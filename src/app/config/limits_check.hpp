#pragma once
// What can be said of the limits file without running anything.

#include "pscheduler/app/config.hpp"

namespace pscheduler::app {

// What is wrong with the file, each with FILE:LINE:COLUMN; nothing when there is no file, or it holds a URL.
// Scripts are not compiled: `pscheduler validate-limits` does that, too.
ConfigProblems check_limits(const Config& config);

}  // namespace pscheduler::app
