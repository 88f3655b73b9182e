#include <charconv>
#include <optional>

#include "pscheduler/base/text.hpp"
#include "pscheduler/limits/network_set.hpp"

namespace pscheduler::limits {
namespace {

// A number as C writes it: decimal, 0x hexadecimal, leading 0 octal.
std::optional<std::uint32_t> c_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  std::uint32_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// inet_aton: one to four parts, the last one fills the bytes that are left.
std::optional<IpAddress> permissive_ipv4(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() > 4) return std::nullopt;
  std::uint32_t all = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto part = c_number(parts[i]);
    if (!part) return std::nullopt;
    const bool is_last = i + 1 == parts.size();
    const std::uint64_t bound = is_last ? std::uint64_t{1} << (32 - 8 * i) : 256;
    if (*part >= bound) return std::nullopt;
    all |= is_last ? *part : *part << (24 - 8 * i);
  }
  const auto byte = [all](int shift) { return static_cast<std::uint8_t>(all >> shift); };
  return IpAddress(IpAddress::V4Bytes{byte(24), byte(16), byte(8), byte(0)});
}

std::optional<Cidr> permissive_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto before = text.substr(0, slash);
  std::optional<IpAddress> address;
  if (before.find(':') == std::string_view::npos) {
    address = permissive_ipv4(before);
  } else if (const auto v6 = IpAddress::parse(before); v6 && before.find('%') == std::string_view::npos) {
    address = *v6;
  }
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Cidr(*address, address->bits());
  const auto length = text.substr(slash + 1);
  int prefix = 0;
  const auto [end, problem] = std::from_chars(length.data(), length.data() + length.size(), prefix);
  if (problem != std::errc() || end != length.data() + length.size()) return std::nullopt;
  if (prefix < 0 || prefix > address->bits()) return std::nullopt;
  return Cidr(*address, prefix);
}

}  // namespace

Result<NetworkSet> read_network_list(std::string_view text) {
  std::vector<Cidr> networks;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto entry = trim(line.substr(0, line.find('#')));
    if (entry.empty()) continue;
    const auto network = permissive_network(entry);
    if (!network) continue;
    if (networks.size() == kListedNetworksMax) {
      return fail(Errc::too_large,
                  "the list has more than " + std::to_string(kListedNetworksMax) + " networks");
    }
    networks.push_back(*network);
  }
  return NetworkSet(networks);
}

}  // namespace pscheduler::limits
