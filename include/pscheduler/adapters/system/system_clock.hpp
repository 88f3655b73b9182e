#pragma once
// The host's clocks. Sleeping on the calendar clock follows its steps (NTP, a suspend, an administrator): the
// sleep ends when the calendar says so, to well under a millisecond.

#include "pscheduler/ports/clock.hpp"

namespace pscheduler::adapters {

class SystemClock final : public ports::Clock {
 public:
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] Duration steady() const override;
  ports::Async<void> sleep_until(Instant at) override;
  ports::Async<void> sleep_for(Duration length) override;
};

}  // namespace pscheduler::adapters
