#pragma once
// A c-ares channel on an event loop: its sockets and its timer.

#include <ares.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <ctime>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "pscheduler/base/result.hpp"

namespace pscheduler::adapters {

class DnsChannel : public std::enable_shared_from_this<DnsChannel> {
 public:
  static Result<std::shared_ptr<DnsChannel>> open(const boost::asio::any_io_executor& executor,
                                                  const std::optional<std::string>& server);
  ~DnsChannel();
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;

  [[nodiscard]] ares_channel handle() const noexcept { return channel_; }

  // Whether the system's configuration has changed since the channel was opened.
  [[nodiscard]] bool outdated() const;

  // A query is waited for from query_started() to query_ended(). When none is, what c-ares still does for
  // abandoned ones is stopped.
  void query_started();
  void query_ended();

  // To be called after c-ares was given work.
  void rearm_timer();

  // Stops all queries; their callbacks are called.
  void close();

 private:
  struct Socket;

  explicit DnsChannel(const boost::asio::any_io_executor& executor);
  static void socket_changed(void* self, ares_socket_t number, int readable, int writable);
  void watch(const std::shared_ptr<Socket>& socket);
  void process(ares_socket_t readable, ares_socket_t writable);

  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer timer_;
  ares_channel channel_ = nullptr;
  std::map<ares_socket_t, std::shared_ptr<Socket>> sockets_;
  timespec configured_{};
  int waiting_ = 0;
};

}  // namespace pscheduler::adapters
