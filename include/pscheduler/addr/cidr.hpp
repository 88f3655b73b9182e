#pragma once
// A block of addresses: 10.0.0.0/8, 2001:db8::/32.

#include <compare>
#include <string>
#include <string_view>

#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/base/result.hpp"

namespace pscheduler {

// What to do with address bits beyond the prefix, as in 10.0.0.1/8.
enum class HostBits { refused, cleared };

// Whether an address without a prefix stands for the block of it alone.
enum class BareAddress { refused, accepted };

class Cidr {
 public:
  // The bits beyond the prefix are cleared; `prefix` is at most address.bits().
  Cidr(const IpAddress& address, int prefix);

  // The prefix length is decimal; netmask forms are refused.
  static Result<Cidr> parse(std::string_view text, HostBits host_bits, BareAddress bare);

  [[nodiscard]] const IpAddress& network() const { return network_; }
  [[nodiscard]] int prefix() const { return prefix_; }

  // Families never mix: an IPv4-mapped IPv6 address is IPv6 unless the caller passes address.unmapped().
  [[nodiscard]] bool contains(const IpAddress& address) const;

  [[nodiscard]] std::string to_string() const;

  auto operator<=>(const Cidr&) const = default;

 private:
  IpAddress network_;
  int prefix_;
};

}  // namespace pscheduler
