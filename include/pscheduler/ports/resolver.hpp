#pragma once
// DNS, each query with a deadline.

#include <string>
#include <vector>

#include "pscheduler/ports/async.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::ports {

enum class Family { any, ipv4, ipv6 };

class Resolver {
 public:
  virtual ~Resolver() = default;

  // Address literals of a host name in RFC 6724 order; not_found when the name has none, timed_out,
  // unavailable.
  virtual AsyncResult<std::vector<std::string>> addresses(std::string host, Family family,
                                                          Duration time_limit) = 0;

  // The host names of an address literal; empty when it has none.
  virtual AsyncResult<std::vector<std::string>> names(std::string address, Duration time_limit) = 0;

  // The TXT records of a name.
  virtual AsyncResult<std::vector<std::string>> texts(std::string name, Duration time_limit) = 0;
};

}  // namespace pscheduler::ports
