#pragma once
// How a host gets on with the others that take part in its tasks.

#include "cli/troubleshoot/finding.hpp"

namespace pscheduler::cli {

// Whom of the hosts it calls it cannot reach, why, and what it still has to remove there.
Finding check_peers(Context& context, const std::string& host);

}  // namespace pscheduler::cli
