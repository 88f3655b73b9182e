#include "cli/program/interface_addresses.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <tuple>

#include "pscheduler/addr/ip_address.hpp"

namespace pscheduler::cli {
namespace {

// The literal of an IPv4 or IPv6 socket address; empty for other families.
std::string address_text(const sockaddr* address) {
  if (address == nullptr || (address->sa_family != AF_INET && address->sa_family != AF_INET6)) return {};
  const socklen_t size = address->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  char text[NI_MAXHOST];
  return getnameinfo(address, size, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0 ? text : "";
}

// Greater is better.
auto preference(const InterfaceAddress& entry) {
  const auto address = IpAddress::parse(entry.address).value_or(IpAddress());
  return std::tuple(address.is_loopback(), address.is_v6(), address);
}

}  // namespace

std::vector<InterfaceAddress> interface_addresses() {
  std::vector<InterfaceAddress> found;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return found;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, freeifaddrs);
  for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if ((entry->ifa_flags & IFF_UP) == 0) continue;
    if (auto text = address_text(entry->ifa_addr); !text.empty())
      found.push_back({entry->ifa_name, std::move(text)});
  }
  return found;
}

std::string own_name(NameLookup& names) {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' && !names.addresses(name).empty())
    return name;
  const auto addresses = interface_addresses();
  const auto best = std::max_element(
      addresses.begin(), addresses.end(),
      [](const auto& one, const auto& other) { return preference(one) < preference(other); });
  return best == addresses.end() ? "" : best->address;
}

}  // namespace pscheduler::cli
