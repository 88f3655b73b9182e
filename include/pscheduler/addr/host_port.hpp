#pragma once
// A host as people and plug-ins name it: a name or an address, with or without a port.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"

namespace pscheduler {

// Nothing when it is a host name: at most 255 characters in labels of letters, digits and inner hyphens, up
// to 63 each; the first label may start with '_'; a final dot is allowed. Names beyond ASCII must be given in
// their xn-- form. invalid_argument says what is wrong.
Result<void> check_host_name(std::string_view text);

// Nothing when it is a host name or an address without brackets.
Result<void> check_host(std::string_view text);

// Whether an IPv6 address may stand without brackets; it can then have no port.
enum class BareIpv6 { refused, accepted };

struct HostPort {
  std::string host;  // a name as written, or an address without brackets (an IPv6 scope is kept)
  std::optional<std::uint16_t> port;

  // name[:port], v4[:port] or [v6][:port].
  static Result<HostPort> parse(std::string_view text, BareIpv6 bare);

  // The same form, with brackets around IPv6.
  [[nodiscard]] std::string to_string() const;

  bool operator==(const HostPort&) const = default;
};

}  // namespace pscheduler
