#pragma once
// Ends a connection when its time is over, so that a library's call without a deadline returns.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace pscheduler::plugins {

class SocketWatchdog {
 public:
  // The socket must stay open as long as this lives.
  SocketWatchdog(int socket, std::chrono::steady_clock::time_point deadline);
  ~SocketWatchdog();
  SocketWatchdog(const SocketWatchdog&) = delete;
  SocketWatchdog& operator=(const SocketWatchdog&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace pscheduler::plugins
