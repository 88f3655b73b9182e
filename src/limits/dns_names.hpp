#pragma once
// The names under which DNS knows about addresses (spec limits.md, 4.5-4.7). IPv4-mapped ones are IPv4 there.

#include <string>

#include "pscheduler/addr/ip_address.hpp"

namespace pscheduler::limits {

std::string reverse_name(const IpAddress& address);
std::string bogon_name(const IpAddress& address);
std::string asn_name(const IpAddress& address, bool of_peers);

}  // namespace pscheduler::limits
