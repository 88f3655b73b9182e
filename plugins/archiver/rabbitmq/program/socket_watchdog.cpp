#include "socket_watchdog.hpp"

#include <sys/socket.h>

namespace pscheduler::plugins {

SocketWatchdog::SocketWatchdog(int socket, std::chrono::steady_clock::time_point deadline)
    : thread_([this, socket, deadline] {
        std::unique_lock lock(mutex_);
        if (!ended_.wait_until(lock, deadline, [this] { return is_over_; })) shutdown(socket, SHUT_RDWR);
      }) {}

SocketWatchdog::~SocketWatchdog() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

}  // namespace pscheduler::plugins
