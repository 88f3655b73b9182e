#include "shared/destination_guard.hpp"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "pscheduler/addr/cidr.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/plugin_sdk/names.hpp"
#include "shared/archive_record.hpp"
#include "shared/plugin_config.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 4> kThisHost{"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16",
                                                    "fe80::/10"};
constexpr std::array<std::string_view, 9> kNeighbours{"10.0.0.0/8",     "100.64.0.0/10", "172.16.0.0/12",
                                                      "192.168.0.0/16", "224.0.0.0/4",   "255.255.255.255/32",
                                                      "fc00::/7",       "fec0::/10",     "ff00::/8"};

template <std::size_t size>
bool is_in(const std::array<std::string_view, size>& networks, const IpAddress& address) {
  return std::ranges::any_of(networks, [&](std::string_view text) {
    const auto network = Cidr::parse(text, HostBits::refused, BareAddress::refused);
    return network && network->contains(address);
  });
}

// The IPv4 address that is meant by an IPv6 one which carries it: mapped, or for a translator (RFC 6052).
IpAddress meant_by(const IpAddress& address) {
  constexpr std::size_t kPrefixBytes = 12;
  constexpr std::array<std::uint8_t, kPrefixBytes> kTranslated{0, 0x64, 0xff, 0x9b};
  const auto& bytes = address.bytes();
  if (address.is_v6() && std::equal(kTranslated.begin(), kTranslated.end(), bytes.begin()))
    return IpAddress(IpAddress::V4Bytes{bytes[12], bytes[13], bytes[14], bytes[15]});
  return address.unmapped();
}

std::optional<IpAddress> address_in(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    IpAddress::V4Bytes bytes{};
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return IpAddress(bytes);
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    IpAddress::V6Bytes bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return IpAddress(bytes);
  }
  return std::nullopt;
}

// When the interfaces cannot be looked at, any address might be one of theirs.
bool is_of_an_interface(const IpAddress& address) {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return true;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owned(list, &freeifaddrs);
  for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
    const auto own = address_in(entry->ifa_addr);
    if (own && *own == address) return true;
  }
  return false;
}

}  // namespace

Reach reach_of(const IpAddress& address) {
  const auto meant = meant_by(address);
  if (meant.is_loopback() || meant.is_unspecified() || is_in(kThisHost, meant)) return Reach::this_host;
  return is_in(kNeighbours, meant) ? Reach::neighbours : Reach::everybody;
}

Result<DestinationGuard> DestinationGuard::load(std::string_view archiver, const Json& record,
                                                std::vector<std::string_view> other_keys) {
  DestinationGuard guard;
  guard.from_outside_ = is_from_outside(record);
  if (!guard.from_outside_) return guard;
  const auto config = PluginConfig::of_archiver(archiver);
  if (!config) return fail(config.error());
  other_keys.insert(other_keys.end(), {"this-host", "private"});
  PSCHEDULER_TRY(config->check_keys(other_keys));
  const auto this_host = config->flag("this-host", false);
  if (!this_host) return fail(this_host.error());
  const auto neighbours = config->flag("private", true);
  if (!neighbours) return fail(neighbours.error());
  guard.archiver_ = archiver;
  guard.source_ = config->file();
  guard.this_host_ = *this_host;
  guard.private_ = *neighbours;
  return guard;
}

std::string DestinationGuard::objection(const IpAddress& address) const {
  if (!from_outside_) return {};
  const auto refusal = [&](std::string_view what, std::string_view key) {
    return fmt::format(
        "{} is {}, which tasks asked for from other hosts may not reach; \"{} = yes\" in section "
        "[{}] of {} would let them.",
        address.to_string(), what, key, archiver_, source_);
  };
  const auto reach = reach_of(address);
  if (!this_host_ && (reach == Reach::this_host || is_of_an_interface(meant_by(address))))
    return refusal("this host's own", "this-host");
  if (!private_ && reach == Reach::neighbours) return refusal("a private address", "private");
  return {};
}

std::string DestinationGuard::objection(const sockaddr* address) const {
  if (!from_outside_) return {};
  const auto found = address_in(address);
  return found ? objection(*found) : "Only IPv4 and IPv6 may be used by tasks from other hosts.";
}

Result<std::string> DestinationGuard::address_of(const std::string& host) const {
  const auto found = sdk::resolve_hosts({host}).front();
  if (!found.v4 && !found.v6)
    return fail(Errc::unreachable, fmt::format("{} has no address: no such name was found.", excerpt(host)));
  const auto address = found.v4 ? *found.v4 : *found.v6;
  const auto parsed = IpAddress::parse(std::string_view(address).substr(0, address.find('%')));
  if (!parsed) return fail(Errc::unreachable, fmt::format("{}: {} is no address.", excerpt(host), address));
  if (auto reason = objection(*parsed); !reason.empty())
    return fail(Errc::forbidden, fmt::format("{}: {}", excerpt(host), reason));
  return address;
}

}  // namespace pscheduler::plugins
