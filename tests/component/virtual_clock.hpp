#pragma once
// Time that moves only when the test says so. A clock may go wrong: it can be set, and it can be too fast or
// too slow by some parts in a million, as those of computers are.

#include <cstdint>
#include <map>
#include <optional>

#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/event.hpp"

namespace pscheduler::test {

class VirtualClock final : public ports::Clock {
 public:
  VirtualClock(ports::asio::any_io_executor executor, Instant start, std::int64_t drift_ppm = 0)
      : executor_(std::move(executor)), now_(start), drift_ppm_(drift_ppm) {}

  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] Duration steady() const override { return steady_; }
  ports::Async<void> sleep_until(Instant at) override;
  ports::Async<void> sleep_for(Duration length) override;

  // When the first sleeper is to wake, on the calendar; nothing when nobody sleeps.
  [[nodiscard]] std::optional<Instant> next_wake() const;

  // Both clocks go on; those who are due wake.
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
  using Sleepers = std::multimap<Time, ports::Event>;

  template <class Time>
  ports::Async<void> sleep(Sleepers<Time>& sleepers, Time until, const Time& present);
  void wake_those_due();

  ports::asio::any_io_executor executor_;
  Instant now_;
  Duration steady_{};
  std::int64_t drift_ppm_;
  std::int64_t drifted_ = 0;  // millionths of a microsecond that it is behind what it should show
  Sleepers<Instant> by_calendar_;
  Sleepers<Duration> by_steady_clock_;
};

}  // namespace pscheduler::test
