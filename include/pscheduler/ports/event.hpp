#pragma once
// Something several coroutines may wait for. All use of one event is on one thread.

#include <vector>

#include "pscheduler/ports/async.hpp"
#include "pscheduler/ports/clock.hpp"

namespace pscheduler::ports {

class Event {
 public:
  explicit Event(asio::any_io_executor executor) : executor_(std::move(executor)) {}
  ~Event() { notify_all(); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // Ends all waits that have begun; later ones wait for the next notification.
  void notify_all();

  // Ends at the next notification.
  Async<void> wait();

  // Ends at the next notification (true), or after `length` on the clock (false).
  Async<bool> wait_for(Clock& clock, Duration length);

  // Ends at the next notification (true), or when the calendar reaches `at` (false).
  Async<bool> wait_until(Clock& clock, Instant at);

 private:
  class Waiter;

  asio::any_io_executor executor_;
  std::vector<Waiter*> waiters_;  // in the order of their coming
};

}  // namespace pscheduler::ports
