#pragma once
// Time that moves only when the test says so.

#include <list>
#include <optional>

#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/event.hpp"

namespace pscheduler::test {

class VirtualClock final : public ports::Clock {
 public:
  VirtualClock(ports::asio::any_io_executor executor, Instant start)
      : executor_(std::move(executor)), now_(start) {}

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

 private:
  struct Sleeper {
    explicit Sleeper(const ports::asio::any_io_executor& executor) : wake(executor) {}
    std::optional<Instant> until;  // of those who watch the calendar
    Duration due{};                // of those who watch the steady clock
    ports::Event wake;
  };

  [[nodiscard]] Instant wakes_at(const Sleeper& sleeper) const;
  ports::Async<void> sleep(std::optional<Instant> until, Duration due);
  void wake_those_due();

  ports::asio::any_io_executor executor_;
  Instant now_;
  Duration steady_{};
  std::list<Sleeper> sleepers_;
};

}  // namespace pscheduler::test
