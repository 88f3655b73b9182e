#pragma once
// Several DNS look-ups at the same time with one end for all of them.

#include <ares.h>

#include <chrono>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::sdk {

// A c-ares channel that is served until nothing is pending or the limit passes; what is pending then is
// cancelled, so its callback runs before the channel is gone.
class Lookups {
 public:
  explicit Lookups(Duration limit);
  ~Lookups();
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;

  // Whether look-ups may be started at all.
  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] ares_channel channel() const { return channel_; }

  // Callbacks run in here; they may start further look-ups.
  void serve();

 private:
  bool serve_once();

  std::chrono::steady_clock::time_point until_;
  ares_channel channel_ = nullptr;
  bool library_ = false;
  bool ready_ = false;
};

}  // namespace pscheduler::sdk
