#include "adapters/process/supervise.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace pscheduler::adapters {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

struct Initiation {
  // By value: the coroutine's frame must not keep the supervision, which through the handler owns the frame.
  template <class Handler>
  void operator()(Handler handler, std::shared_ptr<Supervision> supervision) const {
    // Shared because std::function copies what it calls, and a completion handler cannot be copied.
    auto shared = std::make_shared<Handler>(std::move(handler));
    auto cancelled = std::make_shared<bool>(false);
    auto slot = asio::get_associated_cancellation_slot(*shared);
    if (slot.is_connected()) {
      // Weak: the supervision owns the handler and through it the slot.
      slot.assign([weak = std::weak_ptr(supervision), cancelled](asio::cancellation_type) {
        *cancelled = true;
        if (const auto running = weak.lock()) running->terminate();
      });
    }
    supervision->start([shared, cancelled, slot](Finish finish) mutable {
      if (slot.is_connected()) slot.clear();
      auto completion = std::move(*shared);
      const error_code error = *cancelled ? asio::error::operation_aborted : error_code();
      std::move(completion)(error, std::move(finish));
    });
  }
};

}  // namespace

ports::Async<Finish> supervise(std::shared_ptr<Supervision> supervision) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(error_code, Finish)>(
      Initiation{}, asio::use_awaitable, std::move(supervision));
}

}  // namespace pscheduler::adapters
