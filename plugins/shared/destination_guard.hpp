#pragma once
// Keeps the results of tasks that other hosts asked for away from what is this host's own: an archiver goes
// where its data say, and whoever may post a task could else reach services that trust this host.

#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {

class DestinationGuard {
 public:
  // For one record. "this-host" (default no) and "private" (default yes) in the archiver's configuration say
  // what tasks from outside may reach; those from this host may reach everything. `other_keys` are those that
  // the configuration may have besides: a misspelt one keeps all from outside away.
  static Result<DestinationGuard> load(std::string_view archiver, const Json& record,
                                       std::vector<std::string_view> other_keys = {});

  // What is wrong with an address, as a sentence; empty when it may be reached. To be asked of the address
  // that is connected to, not of one that a name led to earlier.
  [[nodiscard]] std::string objection(const IpAddress& address) const;
  [[nodiscard]] std::string objection(const sockaddr* address) const;

  // The one address of a host, IPv4 before IPv6, to connect to, for libraries that are to be given one; a
  // zone is kept. Errors: unreachable (there is none), forbidden.
  [[nodiscard]] Result<std::string> address_of(const std::string& host) const;

 private:
  std::string archiver_;
  std::string source_;  // the configuration's file
  bool from_outside_ = false;
  bool this_host_ = false;
  bool private_ = true;
};

// What kind of place an address is.
enum class Reach { this_host, neighbours, everybody };

// Link-local addresses count as this host's own: what answers there, such as the metadata of a cloud, trusts
// it for where it is. Addresses of interfaces are not looked at.
Reach reach_of(const IpAddress& address);

}  // namespace pscheduler::plugins
