#include "pscheduler/plugin_sdk/names.hpp"

#include <ares.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>

#include "pscheduler/base/text.hpp"

namespace pscheduler::sdk {
namespace {

using Clock = std::chrono::steady_clock;

// A c-ares channel that is served until nothing is pending or the limit passes; what is pending then is
// cancelled, so its callback runs before the channel is gone.
class Lookups {
 public:
  explicit Lookups(Duration limit) : until_(Clock::now() + limit) {
    library_ = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
    ares_options options{};
    constexpr int kTries = 2;  // a lost datagram is asked for once more within the limit
    options.tries = kTries;
    options.timeout = std::max(
        1, static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(limit).count()) / kTries);
    ready_ = library_ &&
             ares_init_options(&channel_, &options, ARES_OPT_TRIES | ARES_OPT_TIMEOUTMS) == ARES_SUCCESS;
  }
  ~Lookups() {
    if (ready_) ares_destroy(channel_);
    if (library_) ares_library_cleanup();
  }
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] ares_channel channel() const { return channel_; }

  void serve() {
    while (Clock::now() < until_ && serve_once()) {
    }
    ares_cancel(channel_);
  }

 private:
  bool serve_once() {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    const int bits = ares_getsock(channel_, sockets.data(), ARES_GETSOCK_MAXNUM);
    std::vector<pollfd> fds;
    for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      const auto socket = sockets[static_cast<std::size_t>(i)];
      const bool reads = ARES_GETSOCK_READABLE(bits, i) != 0;
      const bool writes = ARES_GETSOCK_WRITABLE(bits, i) != 0;
      if (!reads && !writes) continue;
      fds.push_back({socket, static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)), 0});
    }
    if (fds.empty()) return false;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - Clock::now()).count();
    timeval longest{static_cast<time_t>(left / 1000), static_cast<suseconds_t>(left % 1000 * 1000)};
    timeval wait{};
    ares_timeout(channel_, &longest, &wait);
    poll(fds.data(), fds.size(), static_cast<int>(wait.tv_sec * 1000 + (wait.tv_usec + 999) / 1000));
    for (const auto& fd : fds) {
      ares_process_fd(channel_, (fd.revents & ~POLLOUT) != 0 ? fd.fd : ARES_SOCKET_BAD,
                      (fd.revents & POLLOUT) != 0 ? fd.fd : ARES_SOCKET_BAD);
    }
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // timers
    return true;
  }

  Clock::time_point until_;
  ares_channel channel_ = nullptr;
  bool library_ = false;
  bool ready_ = false;
};

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

void take_name(void* to, int status, int /*timeouts*/, hostent* found) {
  if (status == ARES_SUCCESS && found != nullptr && found->h_name != nullptr)
    *static_cast<std::string*>(to) = found->h_name;
}

const std::optional<std::string>& of_family(const Addresses& addresses, IpFamily family) {
  return family == IpFamily::v6 ? addresses.v6 : addresses.v4;
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
  for (const auto family : {IpFamily::v4, IpFamily::v6}) {
    if (wanted && *wanted != family) continue;
    if (const auto& address = of_family(found, family)) return {*address, family};
  }
  return {host, wanted};
}

std::map<std::string, std::string> reverse_names(const std::vector<std::string>& addresses, Duration limit) {
  std::map<std::string, std::string> names;
  for (const auto& address : addresses) names.emplace(address, std::string());
  Lookups lookups(limit);
  if (!lookups.ready()) return {};
  for (auto& [address, name] : names) {
    const std::string bare(without_zone(address));
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    const int family = literal_family(bare) == IpFamily::v4 ? AF_INET : AF_INET6;
    if (inet_pton(family, bare.c_str(), bytes.data()) != 1) continue;
    const int length =
        family == AF_INET ? static_cast<int>(sizeof(in_addr)) : static_cast<int>(sizeof(in6_addr));
    ares_gethostbyaddr(lookups.channel(), bytes.data(), length, family, &take_name, &name);
  }
  lookups.serve();
  std::erase_if(names, [](const auto& entry) { return entry.second.empty(); });
  return names;
}

}  // namespace pscheduler::sdk
