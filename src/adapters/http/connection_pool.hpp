#pragma once
// Client connections that wait for their next call.

#include <chrono>
#include <deque>
#include <memory>
#include <string>

#include "adapters/http/channel.hpp"

namespace pscheduler::adapters {

// A channel that is closed when its owner lets go of it, whatever the reason.
class OwnedChannel {
 public:
  OwnedChannel() = default;
  explicit OwnedChannel(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}
  ~OwnedChannel() { reset(); }
  OwnedChannel(OwnedChannel&& other) noexcept : channel_(std::exchange(other.channel_, nullptr)) {}
  OwnedChannel& operator=(OwnedChannel&& other) noexcept {
    std::swap(channel_, other.channel_);
    return *this;
  }

  void reset() noexcept {
    if (const auto channel = std::exchange(channel_, nullptr)) channel->close();
  }
  Channel* operator->() const noexcept { return channel_.get(); }
  explicit operator bool() const noexcept { return channel_ != nullptr; }

 private:
  std::shared_ptr<Channel> channel_;
};

class ConnectionPool {
 public:
  // A connection kept under this name that the server has not closed; empty when there is none.
  OwnedChannel take(const std::string& name);

  // Keeps an idle connection for a while; the oldest makes room.
  void keep(std::string name, OwnedChannel channel);

 private:
  struct Kept {
    std::string name;
    OwnedChannel channel;
    std::chrono::steady_clock::time_point until;
  };

  void drop_expired();

  std::deque<Kept> kept_;  // oldest first
};

}  // namespace pscheduler::adapters
