#include "pscheduler/ports/event.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace pscheduler::ports {

using namespace boost::asio::experimental::awaitable_operators;

namespace {

// A cancellation ends both sides and arrives as multiple_exceptions; callers expect the plain one.
Async<bool> is_first(Async<void> one, Async<void> other) {
  try {
    auto either = std::move(one) || std::move(other);
    const auto first = co_await std::move(either);
    co_return first.index() == 0;
  } catch (const asio::multiple_exceptions& both) {
    std::rethrow_exception(both.first_exception());
  }
}

}  // namespace

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
  return is_first(wait(), clock.sleep_for(length));
}

Async<bool> Event::wait_until(Clock& clock, Instant at) {
  return is_first(wait(), clock.sleep_until(at));
}

}  // namespace pscheduler::ports
