#pragma once
// Texts from URLs, for limits: over HTTP, or from a file of this host.

#include <string>

#include "pscheduler/services/limit_rules.hpp"

namespace pscheduler::services {

struct Fetch {
  std::string url;
  std::string bind;  // an address literal; empty: any
  std::size_t bytes_max = 0;
  Duration time_limit{};
};

// The body of an answer with status 200, or the file that a file: URL names. Any other status is an error.
ports::AsyncResult<std::string> fetch_text(const LimitPorts& ports, Fetch fetch);

}  // namespace pscheduler::services
