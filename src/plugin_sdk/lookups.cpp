#include "plugin_sdk/lookups.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <vector>

namespace pscheduler::sdk {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

Lookups::Lookups(Duration limit) : until_(Clock::now() + limit) {
  library_ = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
  ares_options options{};
  constexpr int kTries = 2;  // a lost datagram is asked for once more within the limit
  options.tries = kTries;
  options.timeout = std::max(
      1, static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(limit).count()) / kTries);
  ready_ =
      library_ && ares_init_options(&channel_, &options, ARES_OPT_TRIES | ARES_OPT_TIMEOUTMS) == ARES_SUCCESS;
}

Lookups::~Lookups() {
  if (ready_) ares_destroy(channel_);
  if (library_) ares_library_cleanup();
}

void Lookups::serve() {
  while (Clock::now() < until_ && serve_once()) {
  }
  ares_cancel(channel_);
}

bool Lookups::serve_once() {
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

}  // namespace pscheduler::sdk
