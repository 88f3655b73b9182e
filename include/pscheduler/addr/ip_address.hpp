#pragma once
// An IPv4 or IPv6 address as a value. Host names are never looked up here.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"

namespace pscheduler {

class IpAddress {
 public:
  enum class Family : std::uint8_t { v4, v6 };
  using V4Bytes = std::array<std::uint8_t, 4>;
  using V6Bytes = std::array<std::uint8_t, 16>;

  // 0.0.0.0
  constexpr IpAddress() = default;
  constexpr explicit IpAddress(const V4Bytes& bytes) : bytes_{bytes[0], bytes[1], bytes[2], bytes[3]} {}
  constexpr explicit IpAddress(const V6Bytes& bytes) : family_(Family::v6), bytes_(bytes) {}

  // A dotted quad without leading zeros, or IPv6 in any spelling of RFC 4291; an IPv6 scope (%eth0) is cut.
  // invalid_argument otherwise, brackets and blanks included.
  static Result<IpAddress> parse(std::string_view text);

  [[nodiscard]] constexpr Family family() const { return family_; }
  [[nodiscard]] constexpr bool is_v4() const { return family_ == Family::v4; }
  [[nodiscard]] constexpr bool is_v6() const { return family_ == Family::v6; }

  // 32 or 128.
  [[nodiscard]] constexpr int bits() const { return is_v4() ? 32 : 128; }

  // In network order; IPv4 uses the first four.
  [[nodiscard]] constexpr const V6Bytes& bytes() const { return bytes_; }

  // 127.0.0.0/8 or ::1; not their IPv4-mapped forms, see unmapped().
  [[nodiscard]] bool is_loopback() const;
  // 0.0.0.0 or ::
  [[nodiscard]] bool is_unspecified() const;
  // 169.254.0.0/16 or fe80::/10
  [[nodiscard]] bool is_link_local() const;

  // The IPv4 address inside ::ffff:0:0/96; any other address itself.
  [[nodiscard]] IpAddress unmapped() const;

  // The canonical spelling: RFC 5952 for IPv6.
  [[nodiscard]] std::string to_string() const;

  // All IPv4 addresses come before all IPv6 ones.
  constexpr auto operator<=>(const IpAddress&) const = default;

 private:
  Family family_ = Family::v4;
  V6Bytes bytes_{};
};

}  // namespace pscheduler
