#include "notify.hpp"

#include <systemd/sd-daemon.h>

namespace pscheduler::app {
namespace {

constexpr Duration kForever = std::chrono::hours(24 * 365 * 10);

}  // namespace

void notify_ready(const std::string& addresses) {
  sd_notify(0, ("READY=1\nSTATUS=Serving on " + addresses).c_str());
}

void notify_stopping() {
  sd_notify(0, "STOPPING=1\nSTATUS=Waiting for tools to end");
}

ports::Async<void> keep_watchdog(ports::Clock& clock) {
  std::uint64_t interval_us = 0;
  if (sd_watchdog_enabled(0, &interval_us) <= 0) {
    for (;;) co_await clock.sleep_for(kForever);
  }
  for (;;) {
    sd_notify(0, "WATCHDOG=1");
    co_await clock.sleep_for(Duration(interval_us / 2));
  }
}

}  // namespace pscheduler::app
