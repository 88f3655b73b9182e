#pragma once
// What the kernel, the resolver and the keeper of the clock say of this host.

#include <memory>
#include <string>

#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/host_facts.hpp"
#include "pscheduler/ports/processes.hpp"
#include "pscheduler/ports/resolver.hpp"

namespace pscheduler::adapters {

class InterfaceAddresses;

class SystemHostFacts final : public ports::HostFacts {
 public:
  // The ports must outlive this. `program_path` is searched for the clients of chrony and ntp, as PATH is.
  SystemHostFacts(ports::Clock& clock, ports::Processes& processes, ports::Resolver& resolver,
                  std::string program_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  ~SystemHostFacts() override;

  // Finds out whether the system's host name resolves; to be awaited once at start, at most a second. Until
  // then host_name() is the system's name unchecked.
  ports::Async<void> check_host_name();

  [[nodiscard]] std::string host_name() const override;

  // Interfaces may change at any time; the answer is that of the moment.
  [[nodiscard]] bool is_local_address(const std::string& address) const override;

  ports::Async<ports::ClockState> clock_state() override;

 private:
  ports::Async<bool> ask_chrony(ports::ClockState& state);
  ports::Async<bool> ask_ntp(ports::ClockState& state);
  [[nodiscard]] std::string find_program(const std::string& name) const;

  ports::Clock& clock_;
  ports::Processes& processes_;
  ports::Resolver& resolver_;
  std::string program_path_;
  std::unique_ptr<InterfaceAddresses> interfaces_;
  std::string host_name_;
};

}  // namespace pscheduler::adapters
