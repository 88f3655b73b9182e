#pragma once
// Time as the services see it. The calendar clock may step (NTP, suspend); the steady one never does.

#include "pscheduler/ports/async.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::ports {

class Clock {
 public:
  virtual ~Clock() = default;

  // UTC calendar time: for schedules.
  [[nodiscard]] virtual Instant now() const = 0;

  // Time since an arbitrary origin: for deadlines and measurements.
  [[nodiscard]] virtual Duration steady() const = 0;

  // Ends when the calendar clock has reached `at`, also when it got there by a step.
  virtual Async<void> sleep_until(Instant at) = 0;

  // Ends after `length` on the steady clock; at once when it is not positive.
  virtual Async<void> sleep_for(Duration length) = 0;
};

}  // namespace pscheduler::ports
