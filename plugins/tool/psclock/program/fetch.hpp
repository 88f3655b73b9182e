#pragma once
// GETs several HTTPS URLs at the same time, certificates unverified: nodes have self-signed ones.

#include <string>
#include <vector>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

struct Fetched {
  long status = 0;    // HTTP status, 0 when there was no answer
  std::string body;   // at most kFetchBytesMax
  std::string error;  // why there was no answer
};

inline constexpr std::size_t kFetchBytesMax = 64u << 10;  // a clock has some hundred bytes

std::vector<Fetched> fetch_all(const std::vector<std::string>& urls, Duration timeout);

}  // namespace pscheduler::plugins
