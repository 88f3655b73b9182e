#pragma once
// Whether the results of a server reach their destinations.

#include <string>

#include "cli/context.hpp"
#include "cli/troubleshoot/finding.hpp"

namespace pscheduler::cli {

// Those that take nothing are noted, not faults: a server measures all the same.
Finding check_archiving(Context& context, const std::string& host);

}  // namespace pscheduler::cli
