#include "adapters/system/interface_addresses.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <tuple>

namespace pscheduler::adapters {
namespace {

struct InterfaceAddress {
  bool loopback;
  bool ipv6;
  std::string text;
};

std::string to_text(int family, const void* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, bytes, text.data(), text.size());
  return text.data();
}

std::vector<InterfaceAddress> read_addresses() {
  std::vector<InterfaceAddress> found;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return found;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(list, &::freeifaddrs);
  for (const auto* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr) continue;
    const bool loopback = (at->ifa_flags & IFF_LOOPBACK) != 0;
    if (at->ifa_addr->sa_family == AF_INET) {
      const auto* address = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
      found.push_back({loopback, false, to_text(AF_INET, &address->sin_addr)});
    } else if (at->ifa_addr->sa_family == AF_INET6) {
      const auto* address = reinterpret_cast<const sockaddr_in6*>(at->ifa_addr);
      found.push_back({loopback, true, to_text(AF_INET6, &address->sin6_addr)});
    }
  }
  return found;
}

// The spelling that read_addresses() gives; nothing when it is no address.
std::optional<std::string> canonical(const std::string& address) {
  in_addr ipv4{};
  if (::inet_pton(AF_INET, address.c_str(), &ipv4) == 1) return to_text(AF_INET, &ipv4);
  in6_addr ipv6{};
  if (::inet_pton(AF_INET6, address.c_str(), &ipv6) != 1) return std::nullopt;
  if (IN6_IS_ADDR_V4MAPPED(&ipv6)) return to_text(AF_INET, &ipv6.s6_addr[12]);
  return to_text(AF_INET6, &ipv6);
}

}  // namespace

InterfaceAddresses::InterfaceAddresses()
    : changes_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)) {
  sockaddr_nl groups{};
  groups.nl_family = AF_NETLINK;
  groups.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (changes_.valid() && ::bind(changes_.get(), reinterpret_cast<sockaddr*>(&groups), sizeof groups) != 0) {
    changes_.reset();
  }
}

bool InterfaceAddresses::changed() {
  if (!changes_.valid()) return true;
  bool any = false;
  std::array<char, 8192> message;
  // A message lost for want of room (ENOBUFS) is a change as well.
  while (::recv(changes_.get(), message.data(), message.size(), 0) >= 0 || errno == ENOBUFS) any = true;
  return any;
}

const std::vector<std::string>& InterfaceAddresses::all() {
  if (!changed() && known_) return addresses_;
  auto found = read_addresses();
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.loopback, a.ipv6) > std::tuple(b.loopback, b.ipv6);
  });
  addresses_.clear();
  for (auto& address : found) addresses_.push_back(std::move(address.text));
  known_ = true;
  return addresses_;
}

bool InterfaceAddresses::contains(const std::string& address) {
  const auto text = canonical(address);
  if (!text) return false;
  if (text->starts_with("127.")) return true;
  const auto& ours = all();
  return std::find(ours.begin(), ours.end(), *text) != ours.end();
}

}  // namespace pscheduler::adapters
