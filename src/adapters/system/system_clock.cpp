#include "pscheduler/adapters/system/system_clock.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>

namespace pscheduler::adapters {
namespace {

namespace asio = boost::asio;

// How often the calendar is looked at when there is no descriptor for a timer that notices steps.
constexpr Duration kLookInterval = std::chrono::seconds(1);

// A timer on the calendar clock that also fires when the clock is set; -1 when descriptors are exhausted.
int open_calendar_timer() {
  return ::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

bool arm(int timer, Instant at) {
  const auto since_epoch = at.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_epoch);
  itimerspec due{};
  due.it_value.tv_sec = seconds.count();
  due.it_value.tv_nsec = std::chrono::nanoseconds(since_epoch - seconds).count();
  return ::timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &due, nullptr) == 0;
}

}  // namespace

Instant SystemClock::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

Duration SystemClock::steady() const {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

ports::Async<void> SystemClock::sleep_until(Instant at) {
  if (now() >= at) co_return;
  const auto executor = co_await asio::this_coro::executor;
  asio::posix::stream_descriptor timer(executor);
  if (const int descriptor = open_calendar_timer(); descriptor >= 0) timer.assign(descriptor);
  while (now() < at) {
    if (!timer.is_open() || !arm(timer.native_handle(), at)) {
      co_await sleep_for(std::min(kLookInterval, Duration(at - now())));
      continue;
    }
    co_await timer.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    std::uint64_t expirations = 0;
    // Fails with ECANCELED when the clock was set: then the loop looks at it again.
    [[maybe_unused]] const auto length = ::read(timer.native_handle(), &expirations, sizeof expirations);
  }
}

ports::Async<void> SystemClock::sleep_for(Duration length) {
  if (length <= Duration::zero()) co_return;
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, length);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace pscheduler::adapters
