#include "formats.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <vector>

#include "pscheduler/base/text.hpp"

namespace pscheduler::json {
namespace {

constexpr int kPortMax = 65535;

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Digits without sign or leading zero, up to `max`.
bool is_number_upto(std::string_view text, int max) {
  int value = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || text.front() == '-' || (text.size() > 1 && text.front() == '0')) return false;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end && value <= max;
}

bool is_ipv4(std::string_view text) {
  const auto parts = split(text, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(),
                                          [](std::string_view part) { return is_number_upto(part, 255); });
}

// Groups of one side of "::", counted in 16-bit words; -1 when malformed. The last may be a dotted quad.
int count_words(std::string_view side, bool last_side) {
  if (side.empty()) return 0;
  int words = 0;
  const auto groups = split(side, ':');
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::string_view group = groups[i];
    if (last_side && i + 1 == groups.size() && group.find('.') != std::string_view::npos) {
      if (!is_ipv4(group)) return -1;
      words += 2;
    } else {
      if (group.empty() || group.size() > 4 || !std::all_of(group.begin(), group.end(), is_hex)) return -1;
      ++words;
    }
  }
  return words;
}

// RFC 4291, 2.2, without zone.
bool is_ipv6(std::string_view text) {
  constexpr int kWords = 8;
  constexpr std::size_t kBytesMax = 45;
  if (text.size() > kBytesMax) return false;
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return count_words(text, true) == kWords;
  if (text.find("::", gap + 1) != std::string_view::npos) return false;
  const int before = count_words(text.substr(0, gap), false);
  const int after = count_words(text.substr(gap + 2), true);
  return before >= 0 && after >= 0 && before + after < kWords;
}

bool is_cidr(std::string_view text, FormatCheck is_address, int prefix_max) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && is_address(text.substr(0, slash)) &&
         is_number_upto(text.substr(slash + 1), prefix_max);
}

bool is_ipv4_cidr(std::string_view text) {
  return is_cidr(text, is_ipv4, 32);
}
bool is_ipv6_cidr(std::string_view text) {
  return is_cidr(text, is_ipv6, 128);
}

// RFC 2732, with the zone of RFC 6874 allowed as people write it.
bool is_ipv6_host_port(std::string_view text) {
  const std::size_t close = text.find(']');
  if (!text.starts_with('[') || close == std::string_view::npos) return false;
  const std::string_view inside = text.substr(1, close - 1);
  const std::size_t percent = inside.find('%');
  if (percent != std::string_view::npos && percent + 1 == inside.size()) return false;
  const std::string_view port = text.substr(close + 1);
  return is_ipv6(inside.substr(0, percent)) &&
         (port.empty() || (port.front() == ':' && is_number_upto(port.substr(1), kPortMax)));
}

bool is_email(std::string_view text) {
  return text.find('@') != std::string_view::npos;
}

struct Format {
  std::string_view name;
  FormatCheck check;
};

constexpr std::array kFormats{Format{"ipv4", is_ipv4},           Format{"ipv6", is_ipv6},
                              Format{"email", is_email},         Format{"ipv4-cidr", is_ipv4_cidr},
                              Format{"ipv6-cidr", is_ipv6_cidr}, Format{"ipv6-host-port", is_ipv6_host_port}};

}  // namespace

FormatCheck find_format(std::string_view name) {
  const auto found = std::find_if(kFormats.begin(), kFormats.end(),
                                  [&](const Format& format) { return format.name == name; });
  return found == kFormats.end() ? nullptr : found->check;
}

}  // namespace pscheduler::json
