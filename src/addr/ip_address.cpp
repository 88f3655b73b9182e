#include "pscheduler/addr/ip_address.hpp"

#include <algorithm>
#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>

#include "pscheduler/base/text.hpp"

namespace pscheduler {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

using Groups = std::array<unsigned, 8>;

Groups groups_of(const IpAddress::V6Bytes& bytes) {
  Groups groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = bytes[2 * i] * 256u + bytes[2 * i + 1];
  return groups;
}

// The first of the longest runs of two or more zero groups; empty, at the end, when there is none.
struct ZeroRun {
  std::size_t start = 8;
  std::size_t length = 0;
};

ZeroRun longest_zero_run(const Groups& groups) {
  ZeroRun longest;
  for (std::size_t start = 0; start < groups.size(); ++start) {
    std::size_t end = start;
    while (end < groups.size() && groups[end] == 0) ++end;
    if (end - start >= 2 && end - start > longest.length) longest = {start, end - start};
  }
  return longest;
}

// RFC 5952, 4: lower case, no leading zeros, the longest run of zeros as "::". Boost.URL 1.81 would also
// shorten a single zero.
std::string canonical_v6(const IpAddress::V6Bytes& bytes) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  const Groups groups = groups_of(bytes);
  const ZeroRun zeros = longest_zero_run(groups);
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i == zeros.start) {
      text += "::";
      i += zeros.length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    bool leading = true;
    for (int shift = 12; shift >= 0; shift -= 4) {
      const unsigned digit = groups[i] >> shift & 0xf;
      leading = leading && digit == 0 && shift > 0;
      if (!leading) text += kHexDigits[digit];
    }
  }
  return text;
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find(':') == std::string_view::npos) {
    if (const auto v4 = boost::urls::parse_ipv4_address({text.data(), text.size()})) {
      return IpAddress(v4->to_bytes());
    }
  } else {
    const auto scope = text.find('%');
    const bool empty_scope = scope != std::string_view::npos && scope + 1 == text.size();
    const auto address = text.substr(0, scope);
    if (const auto v6 = boost::urls::parse_ipv6_address({address.data(), address.size()});
        v6 && !empty_scope) {
      return IpAddress(v6->to_bytes());
    }
  }
  return fail(Errc::invalid_argument,
              "'" + excerpt(text) + "' is not an IP address; write it like 192.0.2.1 or 2001:db8::1.");
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[0] == 127;
  return bytes_.back() == 1 &&
         std::all_of(bytes_.begin(), bytes_.end() - 1, [](auto byte) { return byte == 0; });
}

bool IpAddress::is_unspecified() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](auto byte) { return byte == 0; });
}

bool IpAddress::is_link_local() const {
  if (is_v4()) return bytes_[0] == 169 && bytes_[1] == 254;
  return bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
}

IpAddress IpAddress::unmapped() const {
  if (is_v4() || !std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin())) return *this;
  return IpAddress(V4Bytes{bytes_[12], bytes_[13], bytes_[14], bytes_[15]});
}

std::string IpAddress::to_string() const {
  if (const auto inner = unmapped(); inner.is_v4() && is_v6()) return "::ffff:" + inner.to_string();
  if (is_v6()) return canonical_v6(bytes_);
  return boost::urls::ipv4_address(V4Bytes{bytes_[0], bytes_[1], bytes_[2], bytes_[3]}).to_string();
}

}  // namespace pscheduler
