#pragma once
// Awaiting an operation that is started with a callback.

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "pscheduler/ports/async.hpp"

namespace pscheduler::adapters {

// Calls start(finished); the coroutine goes on when finished(value) is called, which must not happen from
// within start(). A cancellation calls cancel(), which must bring about that call; the coroutine then goes on
// with operation_aborted. `cancel` must not own the operation: the operation owns the coroutine.
template <class Value>
ports::Async<Value> await_callback(std::function<void(std::function<void(Value)>)> start,
                                   std::function<void()> cancel) {
  namespace asio = boost::asio;
  using boost::system::error_code;
  // Takes `start` by value: a copy in the coroutine's frame would keep the operation that owns the frame.
  auto initiation = [](auto handler, std::function<void(std::function<void(Value)>)> begin,
                       std::function<void()> stop) {
    // Shared because std::function copies what it calls, and a completion handler cannot be copied.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto cancelled = std::make_shared<bool>(false);
    auto slot = asio::get_associated_cancellation_slot(*shared);
    if (slot.is_connected()) {
      slot.assign([cancelled, stop = std::move(stop)](asio::cancellation_type) {
        *cancelled = true;
        stop();
      });
    }
    begin([shared, cancelled, slot](Value value) mutable {
      if (slot.is_connected()) slot.clear();
      auto completion = std::move(*shared);
      const error_code error = *cancelled ? asio::error::operation_aborted : error_code();
      std::move(completion)(error, std::move(value));
    });
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(error_code, Value)>(
      initiation, asio::use_awaitable, std::move(start), std::move(cancel));
}

}  // namespace pscheduler::adapters
