#pragma once
// The addresses of this host's network interfaces.

#include <string>
#include <vector>

struct sockaddr;

namespace pscheduler::cli {

struct InterfaceAddress {
  std::string interface;
  std::string address;  // literal; link-local IPv6 with its scope
};

// IPv4 and IPv6, of interfaces that are up, in the system's order.
std::vector<InterfaceAddress> interface_addresses();

// The literal of an IPv4 or IPv6 socket address; empty for other families.
std::string address_text(const sockaddr* address);

// What this host is called: the system's name when it resolves, else an address, preferably loopback, then
// IPv6; empty when there is none.
std::string own_name();

}  // namespace pscheduler::cli
