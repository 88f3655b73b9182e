#pragma once
// What the tools of the test throughput read in its spec (spec tests.md 3.23, tools.md 3.13, 3.14 and 3.18).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

// A server at the destination that no pScheduler starts; both ends on one host; or a participant at each end.
bool is_single_ended(const Json& spec);
bool is_loopback(const Json& spec);
bool has_two_ends(const Json& spec);
bool is_udp(const Json& spec);

// How long things take; fractions of seconds are cut off, as programs are told whole ones.
struct ThroughputTimes {
  Duration duration{};  // data that count
  Duration omit{};      // data before that do not
  Duration setup{};     // from the start until the programs have found each other, by the expected RTT

  [[nodiscard]] Duration measuring() const { return omit + duration; }
};
Result<ThroughputTimes> throughput_times(const Json& spec);

// A number in a spec and what a program can do with it.
struct NumberLimit {
  std::string_view field;
  std::int64_t least;
  std::int64_t most;
};

// What a program can do: the fields it knows, and how far.
struct ThroughputAbility {
  std::string_view program;
  std::span<const std::string_view> fields;
  std::span<const NumberLimit> numbers;
  Duration duration_max{};
  Duration interval_min{};
  Duration interval_max{};
};

// Why the program cannot do this spec, each a sentence with field, value and remedy; empty when it can.
std::vector<std::string> throughput_reasons_against(const Json& spec, const ThroughputAbility& ability);

// The same of numbers and durations alone, whatever fields there are.
std::vector<std::string> throughput_limits_against(const Json& spec, const ThroughputAbility& ability);

}  // namespace pscheduler::plugins
