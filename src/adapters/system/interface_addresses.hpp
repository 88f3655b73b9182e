#pragma once
// The addresses of this host's interfaces, read again only when the kernel says that they have changed.

#include <string>
#include <vector>

#include "adapters/file_descriptor.hpp"

namespace pscheduler::adapters {

class InterfaceAddresses {
 public:
  InterfaceAddresses();

  // Literals without scope; loopback and IPv6 first.
  const std::vector<std::string>& all();

  // Any spelling of the address; an IPv4 address mapped into IPv6 counts as IPv4, all of 127/8 as ours.
  bool contains(const std::string& address);

 private:
  bool changed();

  FileDescriptor changes_;  // netlink; without one the addresses are read each time
  bool known_ = false;
  std::vector<std::string> addresses_;
};

}  // namespace pscheduler::adapters
