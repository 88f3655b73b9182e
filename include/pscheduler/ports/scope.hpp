#pragma once
// The owner of coroutines that run beside their starter: it can cancel them, and is joined before it goes.

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstdint>
#include <functional>
#include <map>

#include "pscheduler/ports/async.hpp"
#include "pscheduler/ports/event.hpp"

namespace pscheduler::ports {

class Scope {
 public:
  using Ticket = std::uint64_t;

  // `on_exception` is told of an exception other than a cancellation that left a coroutine.
  Scope(asio::any_io_executor executor, std::function<void(std::exception_ptr)> on_exception);
  ~Scope();  // every coroutine must have ended: join first
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  // Starts a coroutine at the next turn of the loop.
  Ticket spawn(Async<void> coroutine);

  // Asks one, or all, to end; unknown tickets are ignored.
  void cancel(Ticket ticket);
  void cancel_all();

  // Ends when no coroutine is left.
  Async<void> join();

  [[nodiscard]] std::size_t size() const { return signals_.size(); }

 private:
  void ended(Ticket ticket, const std::exception_ptr& exception);

  asio::any_io_executor executor_;
  std::function<void(std::exception_ptr)> on_exception_;
  std::map<Ticket, asio::cancellation_signal> signals_;
  Event ended_;
  Ticket last_ticket_ = 0;
};

// co_await shield_from_cancellation(); before clean-up that itself has to wait although this coroutine may
// have been cancelled: forgets the cancellation, and later ones are not seen. (Not a coroutine: awaiting one
// would throw at once.)
inline auto shield_from_cancellation() {
  return asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
}

}  // namespace pscheduler::ports
