#include "limits/dns_names.hpp"

namespace pscheduler::limits {
namespace {

// 192.0.2.1 is 1.2.0.192, an IPv6 address its 32 hexadecimal digits from the last to the first.
std::string reversed(const IpAddress& address) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::string text;
  for (int i = address.bits() / 8 - 1; i >= 0; --i) {
    const unsigned byte = address.bytes()[static_cast<std::size_t>(i)];
    if (address.is_v4()) {
      text += std::to_string(byte) + ".";
    } else {
      text += {kHexDigits[byte & 0xf], '.', kHexDigits[byte >> 4], '.'};
    }
  }
  text.pop_back();
  return text;
}

}  // namespace

std::string reverse_name(const IpAddress& address) {
  const auto plain = address.unmapped();
  return reversed(plain) + (plain.is_v4() ? ".in-addr.arpa" : ".ip6.arpa");
}

std::string bogon_name(const IpAddress& address) {
  const auto plain = address.unmapped();
  return reversed(plain) + (plain.is_v4() ? ".v4" : ".v6") + ".fullbogons.cymru.com";
}

std::string asn_name(const IpAddress& address, bool of_peers) {
  const auto plain = address.unmapped();
  const char* const zone = of_peers ? ".peer" : plain.is_v4() ? ".origin" : ".origin6";
  return reversed(plain) + zone + ".asn.cymru.com";
}

}  // namespace pscheduler::limits
