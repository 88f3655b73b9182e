#pragma once
// The owner of coroutines that run beside their starter: it can cancel them, and is joined before it goes.

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>

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

  // Starts a coroutine: on the loop's thread at once, up to its first wait.
  Ticket spawn(Async<void> coroutine);

  // Starts a coroutine and waits for its value. It goes on when the caller is cancelled; when the scope
  // cancels it, that is what the caller sees.
  template <class T>
  Async<T> run(Async<T> coroutine);

  // Asks one, or all, to end; unknown tickets are ignored.
  void cancel(Ticket ticket);
  void cancel_all();

  // Ends when no coroutine is left.
  Async<void> join();

  [[nodiscard]] std::size_t size() const { return signals_.size(); }

 private:
  // Where a coroutine of run() leaves what came of it.
  template <class T>
  struct Outcome {
    explicit Outcome(const asio::any_io_executor& executor) : ended(executor) {}
    std::optional<T> value;
    std::exception_ptr exception;
    Event ended;
  };
  template <class T>
  static Async<void> leave_outcome(Async<T> coroutine, std::shared_ptr<Outcome<T>> outcome);

  void ended(Ticket ticket, const std::exception_ptr& exception);

  asio::any_io_executor executor_;
  std::function<void(std::exception_ptr)> on_exception_;
  std::map<Ticket, asio::cancellation_signal> signals_;
  Event ended_;
  Ticket last_ticket_ = 0;
};

// Whether it says that a coroutine, or several branches of one, were cancelled.
bool is_cancellation(const std::exception_ptr& exception);

// co_await shield_from_cancellation(); before clean-up that itself has to wait although this coroutine may
// have been cancelled: forgets the cancellation, and later ones are not seen. (Not a coroutine: awaiting one
// would throw at once.)
inline auto shield_from_cancellation() {
  return asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
}

// The same where the clean-up may take long: later cancellations are seen again.
inline auto forget_cancellation() {
  return asio::this_coro::reset_cancellation_state();
}

// --- inline ---

template <class T>
Async<void> Scope::leave_outcome(Async<T> coroutine, std::shared_ptr<Outcome<T>> outcome) {
  try {
    auto value = co_await std::move(coroutine);
    outcome->value.emplace(std::move(value));
  } catch (...) {
    outcome->exception = std::current_exception();
  }
  outcome->ended.notify_all();
  if (outcome->exception) std::rethrow_exception(outcome->exception);
}

template <class T>
Async<T> Scope::run(Async<T> coroutine) {
  auto outcome = std::make_shared<Outcome<T>>(executor_);
  spawn(leave_outcome(std::move(coroutine), outcome));
  while (!outcome->value && !outcome->exception) co_await outcome->ended.wait();
  if (outcome->exception) std::rethrow_exception(outcome->exception);
  co_return std::move(*outcome->value);
}

}  // namespace pscheduler::ports
