#include "pscheduler/plugin_sdk/names.hpp"

#include <ares.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>

#include "plugin_sdk/lookups.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/plugin_sdk/address_facts.hpp"
#include "pscheduler/plugin_sdk/fd.hpp"

namespace pscheduler::sdk {
namespace {

std::string_view without_zone(std::string_view address) {
  return address.substr(0, address.find('%'));
}

std::optional<IpFamily> literal_family(std::string_view host) {
  const std::string bare(without_zone(host));
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  if (inet_pton(AF_INET6, bare.c_str(), bytes.data()) == 1) return IpFamily::v6;
  if (inet_pton(AF_INET, bare.c_str(), bytes.data()) == 1) return IpFamily::v4;
  return std::nullopt;
}

void take_addresses(void* to, int status, int /*timeouts*/, ares_addrinfo* found) {
  if (status != ARES_SUCCESS || found == nullptr) return;
  const std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)> owned(found, &ares_freeaddrinfo);
  auto& addresses = *static_cast<Addresses*>(to);
  for (const auto* node = found->nodes; node != nullptr; node = node->ai_next) {
    auto& place = node->ai_family == AF_INET6 ? addresses.v6 : addresses.v4;
    if (place) continue;
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(node->ai_addr, node->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) ==
        0) {
      place = text.data();
    }
  }
}

const std::optional<std::string>& of_family(const Addresses& addresses, IpFamily family) {
  return family == IpFamily::v6 ? addresses.v6 : addresses.v4;
}

// Whether this host would know how to send something there; nothing is sent.
bool has_route(const std::string& address, IpFamily family) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_family = family == IpFamily::v6 ? AF_INET6 : AF_INET;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.c_str(), "9", &hints, &found) != 0) return false;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  const Fd socket_there(socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return socket_there.valid() && connect(socket_there.get(), found->ai_addr, found->ai_addrlen) == 0;
}

}  // namespace

std::vector<Addresses> resolve_hosts(const std::vector<std::string>& hosts, Duration limit) {
  std::vector<Addresses> all(hosts.size());
  Lookups lookups(limit);
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (const auto family = literal_family(hosts[i])) {
      (family == IpFamily::v6 ? all[i].v6 : all[i].v4) = hosts[i];
    } else if (lookups.ready()) {
      ares_addrinfo_hints hints{};
      hints.ai_family = AF_UNSPEC;
      ares_getaddrinfo(lookups.channel(), hosts[i].c_str(), nullptr, &hints, &take_addresses, &all[i]);
    }
  }
  if (lookups.ready()) lookups.serve();
  return all;
}

Result<AddressPair> common_family(const std::string& source, const std::string& destination,
                                  std::optional<IpFamily> wanted) {
  const auto found = resolve_hosts({source, destination});
  for (const auto family : {IpFamily::v6, IpFamily::v4}) {
    if (wanted && *wanted != family) continue;
    const auto& from = of_family(found[0], family);
    const auto& to = of_family(found[1], family);
    if (from && to) return AddressPair{*from, *to, family};
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i].v4 && !found[i].v6) {
      return fail(Errc::unreachable,
                  fmt::format("{} \"{}\" has no address: no such name was found.",
                              i == 0 ? "Source" : "Destination", excerpt(i == 0 ? source : destination)));
    }
  }
  const auto family_text = wanted ? fmt::format("IPv{}", static_cast<int>(*wanted)) : std::string("common");
  return fail(Errc::not_possible,
              fmt::format("Source {} and destination {} have no {} address family to use.", source,
                          destination, family_text));
}

Endpoint single_endpoint(const std::string& host, std::optional<IpFamily> wanted) {
  const auto literal = literal_family(host);
  if (literal) return {host, wanted ? wanted : literal};
  const auto found = resolve_hosts({host}).front();
  std::optional<Endpoint> first;
  for (const auto family : {IpFamily::v4, IpFamily::v6}) {
    if (wanted && *wanted != family) continue;
    const auto& address = of_family(found, family);
    if (address && has_route(*address, family)) return {*address, family};
    if (address && !first) first = Endpoint{*address, family, false};
  }
  return first.value_or(Endpoint{host, wanted});
}

std::map<std::string, std::string> reverse_names(const std::vector<std::string>& addresses, Duration limit) {
  std::map<std::string, std::string> names;
  for (auto& [address, facts] : address_facts(addresses, {.names = true, .systems = false}, limit)) {
    if (!facts.name.empty()) names.emplace(address, std::move(facts.name));
  }
  return names;
}

}  // namespace pscheduler::sdk
