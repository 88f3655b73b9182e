#pragma once
// Texts from URLs, for limits: over HTTP, or from a file of this host.

#include <string>

#include "pscheduler/services/limit_rules.hpp"

namespace pscheduler::services {

// A call from what `bind` names on this host: an address, an interface, or a host name that the DNS knows;
// from any address when it is empty. The addresses of both families are tried, within the call's time limit.
ports::AsyncResult<ports::HttpAnswer> call_from(const LimitPorts& ports, std::string bind,
                                                ports::HttpCall call);

struct Fetch {
  std::string url;
  std::string bind;  // as above
  std::size_t bytes_max = 0;
  Duration time_limit{};
};

// The body of an answer with status 200, or the file that a file: URL names. Any other status is an error.
ports::AsyncResult<std::string> fetch_text(const LimitPorts& ports, Fetch fetch);

}  // namespace pscheduler::services
