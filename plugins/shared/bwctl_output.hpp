#pragma once
// Reads what bwctl, bwping and bwtraceroute print (spec bwctl.md 7 and 8). Their exit status says nothing:
// most failures end with 0.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

struct BwctlOutput {
  std::string result;              // what the measuring tool printed, without BWCTL's frame and remarks
  std::string failure;             // why there is no result; empty when there may be one
  std::optional<Instant> started;  // the tool, by the clock of the end where it ran; told by "-v" alone
  std::string doubt;               // why there is none when nothing usable is in `result`; may be empty
};

BwctlOutput read_bwctl_output(std::string_view output, std::string_view errors);

// The time at the beginning of the text, in seconds since `epoch_before_1970` seconds before 1970.
std::optional<Instant> bwctl_time(std::string_view text, std::int64_t epoch_before_1970);

// The last line worth reading of what was printed on stderr.
std::string last_bwctl_remark(std::string_view errors);

}  // namespace pscheduler::plugins
