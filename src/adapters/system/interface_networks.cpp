#include "pscheduler/adapters/system/interface_networks.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <array>
#include <bit>
#include <cstring>
#include <memory>

namespace pscheduler::adapters {
namespace {

template <std::size_t Size>
int ones(const void* bytes) {
  std::array<unsigned char, Size> mask{};
  std::memcpy(mask.data(), bytes, Size);
  int count = 0;
  for (const auto byte : mask) count += std::popcount(byte);
  return count;
}

std::string to_text(int family, const void* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, bytes, text.data(), text.size());
  return text.data();
}

}  // namespace

Result<std::vector<ports::InterfaceNetwork>> InterfaceNetworks::networks() const {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) {
    return fail(Errc::unavailable,
                std::string("the network interfaces cannot be read: ") + std::strerror(errno));
  }
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(list, &::freeifaddrs);
  std::vector<ports::InterfaceNetwork> found;
  for (const auto* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr) continue;
    const int family = at->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    if (at->ifa_netmask == nullptr) {
      return fail(Errc::unavailable,
                  std::string("an address of interface ") + at->ifa_name + " has no netmask");
    }
    if (family == AF_INET) {
      const auto* address = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
      const auto* mask = reinterpret_cast<const sockaddr_in*>(at->ifa_netmask);
      found.push_back(
          {to_text(AF_INET, &address->sin_addr), ones<sizeof(in_addr)>(&mask->sin_addr), at->ifa_name});
    } else {
      const auto* address = reinterpret_cast<const sockaddr_in6*>(at->ifa_addr);
      const auto* mask = reinterpret_cast<const sockaddr_in6*>(at->ifa_netmask);
      found.push_back(
          {to_text(AF_INET6, &address->sin6_addr), ones<sizeof(in6_addr)>(&mask->sin6_addr), at->ifa_name});
    }
  }
  return found;
}

}  // namespace pscheduler::adapters
