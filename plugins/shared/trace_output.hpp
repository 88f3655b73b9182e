#pragma once
// Reads what traceroute and tracepath print.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

// What answered to one TTL; everything empty when nothing did.
struct TraceHop {
  std::string ip;  // without zone
  std::optional<Duration> rtt;
  std::string error;                // an icmp-error word
  std::optional<std::int64_t> mtu;  // of the path up to here

  bool operator==(const TraceHop&) const = default;
};

// By TTL from 1; TTLs that were not asked for are empty.
using TracePath = std::vector<TraceHop>;

// Numeric output ("-n") with any number of probes a hop: the first address and its first time count.
TracePath parse_traceroute_output(std::string_view text);

TracePath parse_tracepath_output(std::string_view text);

// The icmp-error word for a mark after a time ("!H", "!F-1400", "!<13>"), if there is one.
std::optional<std::string_view> icmp_error_of_mark(std::string_view mark);

}  // namespace pscheduler::plugins
