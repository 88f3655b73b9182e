#pragma once
// The host's clocks. An alarm on the calendar clock follows its steps (NTP, a suspend, an administrator): it
// rings when the calendar says so, to well under a millisecond.

#include "pscheduler/ports/clock.hpp"

namespace pscheduler::adapters {

class SystemClock final : public ports::Clock {
 public:
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] Duration steady() const override;
  [[nodiscard]] std::unique_ptr<ports::Alarm> alarm_at(const ports::asio::any_io_executor& executor,
                                                       Instant at, std::function<void()> ring) override;
  [[nodiscard]] std::unique_ptr<ports::Alarm> alarm_in(const ports::asio::any_io_executor& executor,
                                                       Duration length, std::function<void()> ring) override;
};

}  // namespace pscheduler::adapters
