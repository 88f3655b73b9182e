#include "pscheduler/ports/event.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace pscheduler::ports {

// One wait, on the stack of its coroutine. It is in the event's list until it is notified or ends.
class Event::Waiter {
 public:
  explicit Waiter(Event& event)
      : event_(&event), never_(event.executor_, asio::steady_timer::time_point::max()) {
    event.waiters_.push_back(this);
  }
  ~Waiter() {
    if (event_) std::erase(event_->waiters_, this);
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  void notify() {
    event_ = nullptr;
    wake();
  }
  void wake() {
    woken_ = true;
    never_.cancel();
  }
  [[nodiscard]] bool notified() const { return event_ == nullptr; }

  // Ends after the next wake(), and after one that has been; never without giving others their turn.
  Async<void> sleep() {
    boost::system::error_code error;
    if (woken_) {
      co_await asio::post(never_.get_executor(), asio::use_awaitable);
    } else {
      co_await never_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
    // Waking and a cancellation both abort the wait; only the latter is passed on.
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
    woken_ = false;
  }

 private:
  Event* event_;              // none once it has been notified
  asio::steady_timer never_;  // never expires; waiting on it is ended by cancelling the wait
  bool woken_ = false;
};

void Event::notify_all() {
  for (auto* waiter : waiters_) waiter->notify();
  waiters_.clear();
}

Async<void> Event::wait() {
  Waiter waiter(*this);
  co_await waiter.sleep();
}

Async<bool> Event::wait_for(Clock& clock, Duration length) {
  Waiter waiter(*this);
  std::unique_ptr<Alarm> alarm;
  if (length > Duration::zero()) {
    alarm = clock.alarm_in(executor_, length, [&waiter] { waiter.wake(); });
  } else {
    waiter.wake();
  }
  co_await waiter.sleep();
  co_return waiter.notified();
}

Async<bool> Event::wait_until(Clock& clock, Instant at) {
  Waiter waiter(*this);
  do {
    std::unique_ptr<Alarm> alarm;
    if (clock.now() < at) {
      alarm = clock.alarm_at(executor_, at, [&waiter] { waiter.wake(); });
    } else {
      waiter.wake();
    }
    co_await waiter.sleep();
  } while (!waiter.notified() && clock.now() < at);  // the clock may have been set back since it rang
  co_return waiter.notified();
}

}  // namespace pscheduler::ports
