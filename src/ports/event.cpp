#include "pscheduler/ports/event.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace pscheduler::ports {

using namespace boost::asio::experimental::awaitable_operators;

Event::Event(asio::any_io_executor executor)
    : never_(std::move(executor), asio::steady_timer::time_point::max()) {}

void Event::notify_all() {
  never_.cancel();
}

Async<void> Event::wait() {
  boost::system::error_code error;
  co_await never_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  // A notification and a cancellation of the waiter both abort the wait; only the latter is passed on.
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) throw boost::system::system_error(error);
}

Async<bool> Event::wait_for(Clock& clock, Duration length) {
  const auto first = co_await (wait() || clock.sleep_for(length));
  co_return first.index() == 0;
}

Async<bool> Event::wait_until(Clock& clock, Instant at) {
  const auto first = co_await (wait() || clock.sleep_until(at));
  co_return first.index() == 0;
}

}  // namespace pscheduler::ports
