#pragma once
// Reads what ping prints (iputils; the common form of others).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

// One probe: answered, answered by an error, or not at all (then only `seq` is set).
struct PingTrip {
  std::int64_t seq = 0;
  std::string ip;                      // without zone; empty when nothing came back
  std::string name;                    // when ping printed one
  std::optional<std::int64_t> length;  // bytes of the reply with its ICMP header
  std::optional<std::int64_t> ttl;
  std::optional<Duration> rtt;  // absent for a payload too short to carry a time
  std::string error;            // an icmp-error word
  std::string message;          // what ping said of an error that has no such word
};

struct PingOutput {
  std::vector<PingTrip> trips;  // by seq
  std::int64_t sent = 0;
  std::int64_t received = 0;
  std::int64_t duplicates = 0;
  std::int64_t reorders = 0;  // replies that came after one with a higher seq
  double loss = 0;            // 0 to 1
  bool has_statistics = false;
  struct Times {
    Duration min, mean, max, stddev;
  };
  std::optional<Times> times;  // absent when nothing came back
};

// Probes beyond `count` (sent until a deadline) are left out of the trips; lost ones are in with their seq
// alone.
PingOutput parse_ping_output(std::string_view text, std::int64_t count);

// The icmp-error word for ping's text about an ICMP error ("Destination Host Unreachable"), if there is one.
std::optional<std::string_view> icmp_error_word(std::string_view text);

}  // namespace pscheduler::plugins
