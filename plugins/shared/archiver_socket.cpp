#include "shared/archiver_socket.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/names.hpp"

namespace pscheduler::plugins {
namespace {

using AddressInfo = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

struct Ends {
  std::string host;
  std::string bind;  // empty: any
};

const std::optional<std::string>& of_family(const sdk::Addresses& addresses, std::int64_t version) {
  return version == 6 ? addresses.v6 : addresses.v4;
}

// Addresses of one family for what the data name.
Result<Ends> resolve(const std::string& host, const std::optional<std::string>& bind,
                     std::optional<std::int64_t> version) {
  std::vector<std::string> names{host};
  if (bind) names.push_back(*bind);
  const auto found = sdk::resolve_hosts(names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!found[i].v4 && !found[i].v6)
      return fail(Errc::unreachable,
                  fmt::format("{} has no address: no such name was found.", excerpt(names[i])));
  }
  for (const std::int64_t family : {4, 6}) {
    if (version.value_or(family) != family || !of_family(found[0], family)) continue;
    if (!bind) return Ends{*of_family(found[0], family), {}};
    if (of_family(found[1], family)) return Ends{*of_family(found[0], family), *of_family(found[1], family)};
  }
  return fail(Errc::not_possible, fmt::format("{}{} and this host have no address of {} in common.",
                                              excerpt(host), bind ? fmt::format(", {}", excerpt(*bind)) : "",
                                              version ? fmt::format("IPv{}", *version) : "one family"));
}

AddressInfo socket_address(const std::string& address, std::int64_t port, Transport transport) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = transport == Transport::tcp ? SOCK_STREAM : SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) found = nullptr;
  return {found, &::freeaddrinfo};
}

Result<void> bind_to(const ArchiverSocket& to, const std::string& address, Transport transport) {
  const auto own = socket_address(address, 0, transport);
  if (own && bind(to.socket.get(), own->ai_addr, own->ai_addrlen) == 0) return {};
  const int why = errno;
  return fail(Errc::not_possible, fmt::format("bind: {} cannot be used on this host: {}.", address,
                                              own ? std::strerror(why) : "it is no address"));
}

Result<void> finish_connecting(const ArchiverSocket& to, Deadline deadline) {
  PSCHEDULER_TRY(wait_for(to, POLLOUT, deadline, "was not reached"));
  int why = 0;
  socklen_t size = sizeof why;
  getsockopt(to.socket.get(), SOL_SOCKET, SO_ERROR, &why, &size);
  if (why != 0) return socket_failure(to, why);
  return {};
}

}  // namespace

tl::unexpected<Error> socket_failure(const ArchiverSocket& to, int error_number) {
  return fail(Errc::unreachable, fmt::format("{}: {}.", to.peer, std::strerror(error_number)));
}

Result<void> wait_for(const ArchiverSocket& to, short events, Deadline deadline, std::string_view what) {
  const auto end = poll_until(to.socket.get(), events, deadline);
  if (end == PollEnd::late)
    return fail(Errc::timed_out, fmt::format("{} {} within the time.", to.peer, what));
  if (end == PollEnd::failed) return socket_failure(to, errno);
  return {};
}

Result<ArchiverSocket> connect_to(const Json& data, Transport transport, const DestinationGuard& guard,
                                  Deadline deadline) {
  const auto host = json::find_string(data, "host").value_or("");
  const auto port = json::find_integer(data, "port").value_or(0);
  const auto ends = resolve(host, json::find_string(data, "bind"), json::find_integer(data, "ip-version"));
  if (!ends) return fail(ends.error());
  ArchiverSocket to;
  to.peer = fmt::format("{} port {}", excerpt(host), port);
  const auto there = socket_address(ends->host, port, transport);
  if (!there) return fail(Errc::unreachable, fmt::format("{}: {} is no address.", to.peer, ends->host));
  if (auto objection = guard.objection(there->ai_addr); !objection.empty())
    return fail(Errc::forbidden, fmt::format("{}: {}", to.peer, objection));
  to.socket = sdk::Fd(socket(there->ai_family, there->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!to.socket.valid()) return socket_failure(to, errno);
  if (!ends->bind.empty()) PSCHEDULER_TRY(bind_to(to, ends->bind, transport));
  if (connect(to.socket.get(), there->ai_addr, there->ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return socket_failure(to, errno);
    PSCHEDULER_TRY(finish_connecting(to, deadline));
  }
  return to;
}

}  // namespace pscheduler::plugins
