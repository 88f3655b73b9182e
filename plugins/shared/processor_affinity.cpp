#include "shared/processor_affinity.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <memory>

#include "pscheduler/base/text.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"

namespace pscheduler::plugins {
namespace {

constexpr Duration kNumactlLimit = std::chrono::seconds(2);

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

// A literal address as a socket takes it; nothing for a name.
AddressList socket_address(const std::string& address) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  constexpr const char* kAnyPort = "9";  // nothing is sent
  if (getaddrinfo(address.c_str(), kAnyPort, &hints, &found) != 0) found = nullptr;
  return {found, &freeaddrinfo};
}

std::string text_of(const sockaddr* address, socklen_t length) {
  std::array<char, NI_MAXHOST> text{};
  const int status = getnameinfo(address, length, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  return status == 0 ? std::string(text.data()) : std::string();
}

// Our address on the way to another.
std::string address_toward(const std::string& remote) {
  const auto target = socket_address(remote);
  if (!target) return {};
  const int fd = socket(target->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return {};
  sockaddr_storage own{};
  socklen_t length = sizeof own;
  auto* const own_address = reinterpret_cast<sockaddr*>(&own);
  std::string text;
  if (connect(fd, target->ai_addr, target->ai_addrlen) == 0 && getsockname(fd, own_address, &length) == 0)
    text = text_of(own_address, length);
  close(fd);
  return text;
}

// The interface that has the address, without the number of a VLAN.
std::string interface_with(const std::string& address) {
  ifaddrs* all = nullptr;
  if (address.empty() || getifaddrs(&all) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owned(all, &freeifaddrs);
  for (const auto* entry = all; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    const int family = entry->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    const auto length =
        static_cast<socklen_t>(family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    if (text_of(entry->ifa_addr, length) != address) continue;
    const std::string name(entry->ifa_name);
    return name.substr(0, name.find_first_of(".@:"));
  }
  return {};
}

// The node the interface's card is attached to; nothing on a machine that has only one.
std::optional<int> numa_node(const std::string& interface) {
  if (interface.empty()) return std::nullopt;
  std::ifstream file(fmt::format("/sys/class/net/{}/device/numa_node", interface));
  int node = -1;
  if (!(file >> node) || node < 0) return std::nullopt;
  return node;
}

AffinityPrefix if_possible(std::vector<std::string> words, const std::string& wish) {
  auto trial = words;
  trial.emplace_back("true");
  const auto outcome = sdk::run_child({.words = trial, .time_limit = kNumactlLimit});
  if (outcome.end == sdk::ChildEnd::exited && outcome.status == 0) return {std::move(words), {}};
  const auto reason = outcome.trouble.empty() ? std::string(trim(outcome.errors)) : outcome.trouble;
  return {{}, fmt::format("Could not run on {}, so anywhere: {}", wish, reason)};
}

}  // namespace

AffinityPrefix affinity_prefix(std::optional<std::int64_t> processor,
                               const std::optional<std::string>& local_address,
                               const std::string& remote_address) {
  if (processor) {
    return if_possible({"numactl", "-C", std::to_string(*processor)},
                       fmt::format("processor {}", *processor));
  }
  const auto node =
      numa_node(interface_with(local_address ? *local_address : address_toward(remote_address)));
  if (!node) return {};
  return if_possible({"numactl", "-N", std::to_string(*node)}, fmt::format("NUMA node {}", *node));
}

}  // namespace pscheduler::plugins
