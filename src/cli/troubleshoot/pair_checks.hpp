#pragma once
// The checks between two hosts (spec cli.md, 11).

#include "cli/troubleshoot/host_checks.hpp"

namespace pscheduler::cli {

// Whether both have addresses in a family in common. Never bad: not all names are meant for all hosts.
Finding check_family(Context& context, const std::string& one, const std::string& other, IpVersion version);

// Both clocks, read in the same moment.
Finding check_clocks(Context& context, const std::string& one, const std::string& other);

}  // namespace pscheduler::cli
