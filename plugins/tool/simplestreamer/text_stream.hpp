#pragma once
// A text over TCP, from either end. Both block, until their deadline at the latest.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"

namespace pscheduler::plugins {

using SteadyTime = std::chrono::steady_clock::time_point;

inline constexpr std::size_t kTextBytesMax = 4u << 20;  // more than a task can hold

struct StreamPath {
  std::optional<std::string> source;  // address to send from
  std::string destination;            // address to send to
};

// Tries the paths in turn, and again from the first, until one has taken the whole text. An error says what
// the last try met.
Result<void> send_text(const std::vector<StreamPath>& paths, std::uint16_t port, const std::string& text,
                       SteadyTime deadline);

// Listens on all the addresses ("::" and "0.0.0.0" for any; an address this host does not have counts as
// these) and reads the first connection to its end. An error says which addresses nobody connected to.
Result<std::string> receive_text(const std::vector<std::string>& addresses, std::uint16_t port,
                                 SteadyTime deadline);

}  // namespace pscheduler::plugins
