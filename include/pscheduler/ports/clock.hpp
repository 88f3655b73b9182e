#pragma once
// Time as the services see it. The calendar clock may step (NTP, suspend); the steady one never does.

#include <functional>
#include <memory>

#include "pscheduler/ports/async.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::ports {

// Something that will be called at a time; destroying it takes that back.
class Alarm {
 public:
  Alarm() = default;
  virtual ~Alarm() = default;
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
};

class Clock {
 public:
  virtual ~Clock() = default;

  // UTC calendar time: for schedules.
  [[nodiscard]] virtual Instant now() const = 0;

  // Time since an arbitrary origin: for deadlines and measurements.
  [[nodiscard]] virtual Duration steady() const = 0;

  // Has `ring` called once, by the loop of `executor` and never from within this call: when the calendar
  // clock has reached `at`, also when it got there by a step; or after `length` on the steady clock.
  [[nodiscard]] virtual std::unique_ptr<Alarm> alarm_at(const asio::any_io_executor& executor, Instant at,
                                                        std::function<void()> ring) = 0;
  [[nodiscard]] virtual std::unique_ptr<Alarm> alarm_in(const asio::any_io_executor& executor,
                                                        Duration length, std::function<void()> ring) = 0;

  // End at that time, at once when it is past.
  Async<void> sleep_until(Instant at);
  Async<void> sleep_for(Duration length);
};

}  // namespace pscheduler::ports
