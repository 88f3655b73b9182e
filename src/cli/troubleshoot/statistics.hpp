#pragma once
// The counters of a server, for a person.

#include <string>

#include "cli/context.hpp"
#include "pscheduler/base/result.hpp"

namespace pscheduler::cli {

// A line for each: its name with dots, and its value. Fails when one cannot be learned; what a server does
// not have is N/A.
Result<std::string> statistics_text(Context& context, const std::string& host);

}  // namespace pscheduler::cli
