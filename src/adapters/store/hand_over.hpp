#pragma once
// The bridge from a coroutine to a worker thread and back.

#include <atomic>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "pscheduler/ports/async.hpp"

namespace pscheduler::adapters::store {

// Called once, from any thread, with what the waiting coroutine shall get.
template <class T>
using Answer = std::function<void(Result<T>)>;

// One coroutine waiting; the first of answer and cancellation resumes it, the other is dropped.
template <class T, class Handler>
class Waiter : public std::enable_shared_from_this<Waiter<T, Handler>> {
 public:
  explicit Waiter(Handler handler)
      : executor_(ports::asio::prefer(ports::asio::get_associated_executor(handler),
                                      ports::asio::execution::outstanding_work.tracked)),
        handler_(std::move(handler)) {}

  void watch_cancellation() {
    auto slot = ports::asio::get_associated_cancellation_slot(handler_);
    if (!slot.is_connected()) return;
    slot.assign([weak = this->weak_from_this()](ports::asio::cancellation_type) {
      if (const auto self = weak.lock()) {
        self->finish(ports::asio::error::operation_aborted, fail(Errc::cancelled, "the wait was cancelled"));
      }
    });
  }

  void finish(boost::system::error_code error, Result<T> result) {
    if (finished_.exchange(true)) return;
    auto executor = std::move(executor_);
    ports::asio::post(executor, [handler = std::move(handler_), error, result = std::move(result)]() mutable {
      ports::asio::get_associated_cancellation_slot(handler).clear();
      handler(error, std::move(result));
    });
  }

 private:
  std::atomic<bool> finished_ = false;
  ports::asio::any_io_executor executor_;
  Handler handler_;
};

// Calls start(Answer<T>) and waits for the answer; what was started goes on when the wait is cancelled.
template <class T, class Start>
ports::AsyncResult<T> hand_over(Start start) {
  auto initiate = [start = std::move(start)](auto handler) mutable {
    using Handler = decltype(handler);
    auto waiter = std::make_shared<Waiter<T, Handler>>(std::move(handler));
    waiter->watch_cancellation();
    start(Answer<T>([waiter](Result<T> result) { waiter->finish({}, std::move(result)); }));
  };
  return ports::asio::async_initiate<const ports::asio::use_awaitable_t<>,
                                     void(boost::system::error_code, Result<T>)>(std::move(initiate),
                                                                                 ports::asio::use_awaitable);
}

}  // namespace pscheduler::adapters::store
