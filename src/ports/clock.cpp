#include "pscheduler/ports/clock.hpp"

#include <boost/asio/this_coro.hpp>

#include "pscheduler/ports/event.hpp"

namespace pscheduler::ports {

Async<void> Clock::sleep_until(Instant at) {
  if (now() >= at) co_return;
  Event never(co_await asio::this_coro::executor);
  co_await never.wait_until(*this, at);
}

Async<void> Clock::sleep_for(Duration length) {
  if (length <= Duration::zero()) co_return;
  Event never(co_await asio::this_coro::executor);
  co_await never.wait_for(*this, length);
}

}  // namespace pscheduler::ports
