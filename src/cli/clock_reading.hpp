#pragma once
// What a host says of its clock.

#include <optional>
#include <string>

#include "cli/hosts_asked.hpp"

namespace pscheduler::cli {

struct ClockReading {
  std::string host;
  std::string time;   // as served
  std::string state;  // synchronized, unsynchronized or error
  std::optional<std::string> error;
  // How far it is ahead of the moment in which it was asked, which was the same for all hosts: taken in the
  // middle of the question, as asking itself takes time. Two of these tell how far two clocks are apart.
  Duration offset{};
};

// From a reply to GET clock. Fails with a sentence that begins with the host.
Result<ClockReading> read_clock(const Context& context, const HostReply& answer);

}  // namespace pscheduler::cli
