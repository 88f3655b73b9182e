#pragma once
// One at a time, first come first served, for coroutines of one thread.

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <list>
#include <utility>

#include "pscheduler/ports/async.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::adapters {

class TurnQueue {
 public:
  // Held as long as it is one's turn.
  class Turn {
   public:
    explicit Turn(TurnQueue& queue) : queue_(&queue) {}
    Turn(Turn&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (queue_ != nullptr) queue_->pass_on();
    }

   private:
    TurnQueue* queue_;
  };

  TurnQueue(ports::asio::any_io_executor executor, std::size_t waiting_max)
      : executor_(std::move(executor)), waiting_max_(waiting_max) {}

  [[nodiscard]] bool is_taken() const { return is_taken_; }

  // unavailable when too many wait already, or when the turn does not come within the limit.
  ports::AsyncResult<Turn> take(Duration limit) {
    namespace asio = ports::asio;
    if (!is_taken_) {
      is_taken_ = true;
      co_return Turn(*this);
    }
    if (waiting_.size() >= waiting_max_)
      co_return fail(Errc::unavailable, "Too many jq programs wait to be run.");
    Place place(*this, limit);
    boost::system::error_code ended;
    co_await place.waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    const bool is_cancelled = cancellation.cancelled() != asio::cancellation_type::none;
    if (place.waiter->is_granted) {
      Turn turn(*this);
      if (is_cancelled) throw boost::system::system_error(asio::error::operation_aborted);
      co_return turn;
    }
    if (is_cancelled) throw boost::system::system_error(asio::error::operation_aborted);
    co_return fail(Errc::unavailable, "Other jq programs took too long; try again later.");
  }

 private:
  struct Waiter {
    ports::asio::steady_timer timer;  // expires at the limit; cancelled when the turn is granted
    bool is_granted = false;
  };

  // A place in the queue, left in whatever way the wait ends.
  struct Place {
    Place(TurnQueue& in, Duration limit) : queue(in) {
      queue.waiting_.push_back({ports::asio::steady_timer(queue.executor_, limit)});
      waiter = std::prev(queue.waiting_.end());
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { queue.waiting_.erase(waiter); }

    TurnQueue& queue;
    std::list<Waiter>::iterator waiter;
  };

  void pass_on() {
    for (auto& waiter : waiting_) {
      if (waiter.is_granted) continue;
      waiter.is_granted = true;
      waiter.timer.cancel();
      return;
    }
    is_taken_ = false;
  }

  ports::asio::any_io_executor executor_;
  std::size_t waiting_max_;
  std::list<Waiter> waiting_;
  bool is_taken_ = false;
};

}  // namespace pscheduler::adapters
