#pragma once
// Where a server listens: an address literal and a port, as written in the configuration.

#include <cstdint>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"

namespace pscheduler::adapters {

struct ListenAddress {
  std::string address;     // IPv4 or IPv6 literal without brackets
  std::uint16_t port = 0;  // 0: the system picks a free one

  // "127.0.0.1:8443", "[::1]:8443".
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] bool is_loopback() const;

  bool operator==(const ListenAddress&) const = default;
};

// The inverse of to_string. invalid_argument for host names, missing or bad ports, IPv6 without brackets.
Result<ListenAddress> parse_listen_address(std::string_view text);

// Whether this host has the address and this user may use the port; one that is in use is no failure, as it
// may be a server of ours that uses it. unavailable says why not, with the remedy.
Result<void> check_listen_address(const ListenAddress& where);

}  // namespace pscheduler::adapters
