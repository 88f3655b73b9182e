#pragma once
// Ports of the loopback that nobody uses.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include "pscheduler/plugin_sdk/fd.hpp"

namespace pscheduler::plugins::test {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

// A port nobody listens on, neither with TCP nor with UDP.
inline std::uint16_t free_port() {
  for (;;) {
    auto address = loopback(0);
    socklen_t length = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    const sdk::Fd tcp(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sdk::Fd udp(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (bind(tcp.get(), any, length) == 0 && getsockname(tcp.get(), any, &length) == 0 &&
        bind(udp.get(), any, length) == 0)
      return ntohs(address.sin_port);
  }
}

}  // namespace pscheduler::plugins::test
