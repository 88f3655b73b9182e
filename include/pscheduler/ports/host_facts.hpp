#pragma once
// What the node knows of its own host.

#include <optional>
#include <string>
#include <vector>

#include "pscheduler/ports/async.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::ports {

// The state of the host's clock (spec api.md 8, Clock object).
struct ClockState {
  Instant time;
  bool synchronized = false;
  std::string source = "unknown";        // chrony, ntp or unknown
  std::optional<std::string> reference;  // for a person
  std::optional<double> offset_seconds;
  std::optional<std::string> error;  // a query of the clock's keeper failed midway
};

class HostFacts {
 public:
  virtual ~HostFacts() = default;

  // The system's host name when it resolves, else an interface address, loopback and IPv6 preferred.
  [[nodiscard]] virtual std::string host_name() const = 0;

  // Whether an address literal (no scope, no brackets) belongs to an interface of this host.
  [[nodiscard]] virtual bool is_local_address(const std::string& address) const = 0;

  // Never fails: what cannot be found out is left out.
  virtual Async<ClockState> clock_state() = 0;
};

}  // namespace pscheduler::ports
