#include "text_stream.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include "pscheduler/base/text.hpp"
#include "pscheduler/plugin_sdk/fd.hpp"

namespace pscheduler::plugins {
namespace {

using Clock = std::chrono::steady_clock;
using sdk::Fd;

constexpr auto kConnectMax = std::chrono::seconds(1);          // then the next path has its turn
constexpr auto kBetweenTries = std::chrono::milliseconds(20);  // the other end is about to listen

tl::unexpected<Error> system_failure(std::string_view what) {
  return fail(Errc::unreachable, fmt::format("{}: {}", what, std::strerror(errno)));
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] int family() const { return storage.ss_family; }
};

Result<SocketAddress> socket_address(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0)
    return fail(Errc::unreachable, fmt::format("{} is no address: {}", address, gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  SocketAddress result;
  std::memcpy(&result.storage, found->ai_addr, found->ai_addrlen);
  result.size = found->ai_addrlen;
  return result;
}

// Waits for one of the descriptors; false when the deadline came first.
bool wait_for(std::vector<pollfd>& fds, SteadyTime deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    constexpr decltype(left) kHour = 3'600'000;  // poll's argument is an int
    const int ready =
        poll(fds.data(), fds.size(), static_cast<int>(std::clamp<decltype(left)>(left, 0, kHour)));
    if (ready > 0) return true;
    if (left <= 0) return false;
  }
}

bool wait_for(const Fd& fd, short events, SteadyTime deadline) {
  std::vector<pollfd> fds{{fd.get(), events, 0}};
  return wait_for(fds, deadline);
}

Result<Fd> connected(const StreamPath& path, std::uint16_t port, SteadyTime deadline) {
  const auto to = socket_address(path.destination, port);
  if (!to) return fail(to.error());
  Fd fd(socket(to->family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return system_failure("No socket");
  if (path.source) {
    const auto from = socket_address(*path.source, 0);
    if (!from) return fail(from.error());
    if (bind(fd.get(), from->get(), from->size) != 0)
      return system_failure(fmt::format("Sending from {} is not possible", *path.source));
  }
  if (connect(fd.get(), to->get(), to->size) == 0) return fd;
  if (errno == EINPROGRESS) {
    if (!wait_for(fd, POLLOUT, std::min(deadline, Clock::now() + kConnectMax)))
      return fail(Errc::unreachable, fmt::format("{}: no answer", path.destination));
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0) return fd;
    errno = error;
  }
  return system_failure(path.destination);
}

Result<void> send_all(const Fd& fd, std::string_view text, SteadyTime deadline) {
  while (!text.empty()) {
    const auto count = send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (count > 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      if (!wait_for(fd, POLLOUT, deadline))
        return fail(Errc::unreachable, "the other end does not read what it is sent");
    } else if (errno != EINTR) {
      return system_failure("sending");
    }
  }
  shutdown(fd.get(), SHUT_WR);
  return {};
}

struct Listener {
  Fd fd;          // not valid when there is an error
  int error = 0;  // of the system
};

Listener listener_on(const SocketAddress& address) {
  Fd fd(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  constexpr int kOn = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &kOn, sizeof kOn);
  if (address.family() == AF_INET6) setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &kOn, sizeof kOn);
  if (!fd.valid() || bind(fd.get(), address.get(), address.size) != 0 || listen(fd.get(), 1) != 0)
    return {Fd(), errno};
  return {std::move(fd), 0};
}

// An address of another host, as seen through NAT, stands for any of ours.
Result<Fd> listening(const std::string& address, std::uint16_t port) {
  const auto here = socket_address(address, port);
  if (!here) return fail(here.error());
  auto listener = listener_on(*here);
  if (listener.error == EADDRNOTAVAIL) {
    const auto any = socket_address(here->family() == AF_INET6 ? "::" : "0.0.0.0", port);
    if (!any) return fail(any.error());
    listener = listener_on(*any);
  }
  if (listener.error != 0) return fail(Errc::unavailable, std::strerror(listener.error));
  return std::move(listener.fd);
}

Result<std::string> read_to_end(const Fd& fd, SteadyTime deadline) {
  std::string text;
  std::array<char, 65536> piece{};
  for (;;) {
    const auto count = recv(fd.get(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (count == 0) return text;
    if (count > 0) {
      text.append(piece.data(), static_cast<std::size_t>(count));
      if (text.size() > kTextBytesMax)
        return fail(Errc::too_large, fmt::format("The sender sent more than {} bytes.", kTextBytesMax));
    } else if (errno == EAGAIN) {
      if (!wait_for(fd, POLLIN, deadline))
        return fail(Errc::timed_out, "The sender connected but did not finish in time.");
    } else if (errno != EINTR) {
      return system_failure("Receiving");
    }
  }
}

}  // namespace

Result<void> send_text(const std::vector<StreamPath>& paths, std::uint16_t port, const std::string& text,
                       SteadyTime deadline) {
  std::string last = "the time was over before the first try";
  int tries = 0;
  while (Clock::now() < deadline) {
    for (const auto& path : paths) {
      ++tries;
      const auto fd = connected(path, port, deadline);
      const auto sent = fd ? send_all(*fd, text, deadline) : fail(fd.error());
      if (sent) return {};
      last = sent.error().message;
    }
    std::vector<pollfd> nothing;
    wait_for(nothing, std::min(deadline, Clock::now() + kBetweenTries));
  }
  return fail(Errc::unreachable, fmt::format("the last of {} tries met: {}", tries, last));
}

Result<std::string> receive_text(const std::vector<std::string>& addresses, std::uint16_t port,
                                 SteadyTime deadline) {
  std::vector<Fd> listeners;
  std::string troubles;
  for (const auto& address : addresses) {
    auto fd = listening(address, port);
    if (fd) {
      listeners.push_back(std::move(*fd));
    } else {
      troubles += fmt::format("{}{}: {}", troubles.empty() ? "" : "; ", address, fd.error().message);
    }
  }
  if (listeners.empty()) {
    return fail(
        Errc::unavailable,
        fmt::format("Could not listen on TCP port {} ({}); choose another with port.", port, troubles));
  }
  for (;;) {
    std::vector<pollfd> fds;
    for (const auto& listener : listeners) fds.push_back({listener.get(), POLLIN, 0});
    if (!wait_for(fds, deadline)) {
      return fail(Errc::timed_out,
                  fmt::format("Nobody connected to {} port {} in time.", join(addresses, " or "), port));
    }
    for (const auto& listener : listeners) {
      const Fd connection(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (connection.valid()) return read_to_end(connection, deadline);
    }
  }
}

}  // namespace pscheduler::plugins
