#pragma once
// The addresses of this host's network interfaces.

#include <string>
#include <vector>

#include "cli/program/name_lookup.hpp"

namespace pscheduler::cli {

struct InterfaceAddress {
  std::string interface;
  std::string address;  // literal; link-local IPv6 with its scope
};

// IPv4 and IPv6, of interfaces that are up, in the system's order.
std::vector<InterfaceAddress> interface_addresses();

// What this host is called: the system's name when it resolves, else an address, preferably loopback, then
// IPv6; empty when there is none.
std::string own_name(NameLookup& names);

}  // namespace pscheduler::cli
