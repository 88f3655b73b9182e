#pragma once
// Time that moves only when the test says so. A clock may go wrong: it can be set, and it can be too fast or
// too slow by some parts in a million, as those of computers are.

#include <cstdint>
#include <map>
#include <optional>

#include "pscheduler/ports/clock.hpp"

namespace pscheduler::test {

class VirtualClock final : public ports::Clock {
 public:
  explicit VirtualClock(Instant start, std::int64_t drift_ppm = 0) : now_(start), drift_ppm_(drift_ppm) {}

  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] Duration steady() const override { return steady_; }
  [[nodiscard]] std::unique_ptr<ports::Alarm> alarm_at(const ports::asio::any_io_executor& executor,
                                                       Instant at, std::function<void()> ring) override;
  [[nodiscard]] std::unique_ptr<ports::Alarm> alarm_in(const ports::asio::any_io_executor& executor,
                                                       Duration length, std::function<void()> ring) override;

  // When the first alarm rings, on the calendar; nothing when none is set.
  [[nodiscard]] std::optional<Instant> next_alarm() const;

  // Both clocks go on; alarms that are due ring.
  void move_to(Instant at);

  // Somebody sets the calendar clock; the steady one does not notice.
  void step(Duration length);

  // Too fast by so many parts in a million from now on; too slow when negative.
  void set_drift(std::int64_t ppm) { drift_ppm_ = ppm; }

  // In true time, as a clock without drift measures it: how long until it shows `at`, and going on for so
  // long.
  [[nodiscard]] Duration true_time_until(Instant at) const;
  void pass(Duration true_time);

 private:
  template <class Time>
  class TimedAlarm;
  template <class Time>
  using Alarms = std::multimap<Time, TimedAlarm<Time>*>;

  void ring_those_due();

  Instant now_;
  Duration steady_{};
  std::int64_t drift_ppm_;
  std::int64_t drifted_ = 0;  // millionths of a microsecond that it is behind what it should show
  Alarms<Instant> by_calendar_;
  Alarms<Duration> by_steady_clock_;
};

}  // namespace pscheduler::test
