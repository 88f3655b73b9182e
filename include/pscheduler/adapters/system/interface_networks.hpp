#pragma once
// The networks of this host's interfaces, read from the kernel at each call.

#include "pscheduler/ports/host_networks.hpp"

namespace pscheduler::adapters {

class InterfaceNetworks final : public ports::HostNetworks {
 public:
  [[nodiscard]] Result<std::vector<ports::InterfaceNetwork>> networks() const override;
};

}  // namespace pscheduler::adapters
