#pragma once
// The interfaces of this host with their networks.

#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"

namespace pscheduler::ports {

struct InterfaceNetwork {
  std::string address;  // a literal without scope
  int prefix = 0;       // of its network
  std::string interface = {};
};

class HostNetworks {
 public:
  virtual ~HostNetworks() = default;

  // All addresses of all interfaces as they are now, loopback and link-local included. unavailable when they
  // cannot be read.
  [[nodiscard]] virtual Result<std::vector<InterfaceNetwork>> networks() const = 0;
};

}  // namespace pscheduler::ports
