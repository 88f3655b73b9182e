#include "pscheduler/addr/cidr.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>

#include "pscheduler/base/text.hpp"

namespace pscheduler {
namespace {

IpAddress cleared_beyond(const IpAddress& address, int prefix) {
  auto bytes = address.bytes();
  for (int i = 0; i < address.bits() / 8; ++i) {
    const int kept = std::clamp(prefix - i * 8, 0, 8);
    auto& byte = bytes[static_cast<std::size_t>(i)];
    byte = static_cast<std::uint8_t>(byte & (0xff00 >> kept));
  }
  if (address.is_v6()) return IpAddress(bytes);
  return IpAddress(IpAddress::V4Bytes{bytes[0], bytes[1], bytes[2], bytes[3]});
}

tl::unexpected<Error> refuse(std::string_view text, const std::string& why) {
  return fail(Errc::invalid_argument, "'" + excerpt(text) + "' is not a block of addresses: " + why);
}

// -1 when it is no plain decimal number.
int decimal(std::string_view text) {
  int value = -1;
  if (text.empty() || text.size() > 3 || text.front() == '-') return -1;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size() ? value : -1;
}

}  // namespace

Cidr::Cidr(const IpAddress& address, int prefix)
    : network_(cleared_beyond(address, prefix)), prefix_(prefix) {
  assert(prefix >= 0 && prefix <= address.bits());
}

Result<Cidr> Cidr::parse(std::string_view text, HostBits host_bits, BareAddress bare) {
  const auto slash = text.find('/');
  const bool has_prefix = slash != std::string_view::npos;
  const auto before = text.substr(0, slash);
  const auto address = IpAddress::parse(before);
  if (!address || before.find('%') != std::string_view::npos) {
    return refuse(text,
                  "what stands before the slash is no IP address; write it like 10.0.0.0/8 or fd00::/8.");
  }
  if (!has_prefix && bare == BareAddress::refused) {
    return refuse(text, "it lacks a prefix length; for this address alone write " + address->to_string() +
                            "/" + std::to_string(address->bits()) + ".");
  }
  const int prefix = has_prefix ? decimal(text.substr(slash + 1)) : address->bits();
  if (prefix < 0 || prefix > address->bits()) {
    return refuse(text,
                  "its prefix length must be a number from 0 to " + std::to_string(address->bits()) + ".");
  }
  Cidr block(*address, prefix);
  if (host_bits == HostBits::refused && block.network() != *address) {
    return refuse(text, "it has bits beyond its prefix; the block is " + block.to_string() + ".");
  }
  return block;
}

bool Cidr::contains(const IpAddress& address) const {
  return address.family() == network_.family() && cleared_beyond(address, prefix_) == network_;
}

std::string Cidr::to_string() const {
  return network_.to_string() + "/" + std::to_string(prefix_);
}

}  // namespace pscheduler
