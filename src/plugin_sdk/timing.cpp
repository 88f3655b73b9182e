#include "pscheduler/plugin_sdk/timing.hpp"

#include <sys/prctl.h>
#include <time.h>

#include <cerrno>

namespace pscheduler::sdk {
namespace {

void sleep_to(clockid_t clock, Duration since_epoch) {
  // The kernel gathers timers within 50 µs unless asked not to.
  prctl(PR_SET_TIMERSLACK, 1UL);
  constexpr long kMicrosPerSecond = 1'000'000;
  const auto count = since_epoch.count();
  if (count <= 0) return;
  const timespec until{static_cast<time_t>(count / kMicrosPerSecond),
                       static_cast<long>(count % kMicrosPerSecond) * 1000};
  while (clock_nanosleep(clock, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

}  // namespace

Instant now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

void sleep_until(Instant at) {
  sleep_to(CLOCK_REALTIME, at.time_since_epoch());
}

void sleep_for(Duration length) {
  const auto from = std::chrono::ceil<Duration>(std::chrono::steady_clock::now().time_since_epoch());
  sleep_to(CLOCK_MONOTONIC, from + length);
}

}  // namespace pscheduler::sdk
