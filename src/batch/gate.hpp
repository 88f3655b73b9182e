#pragma once
// Lets a number of coroutines in at a time; the most urgent of those who wait goes in next.

#include <map>

#include "pscheduler/ports/event.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::batch {

class Gate {
 public:
  // The right to be in; it ends with this object, which must not outlive the gate.
  class Place {
   public:
    explicit Place(Gate& gate) : gate_(&gate) {}
    ~Place() {
      if (gate_ != nullptr) gate_->leave();
    }
    Place(Place&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Place& operator=(Place&&) = delete;

   private:
    Gate* gate_;
  };

  Gate(ports::asio::any_io_executor executor, std::size_t places)
      : executor_(std::move(executor)), free_(places) {}
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Waits for a place. The earlier the instant the more urgent; equals go in the order they came.
  ports::Async<Place> enter(Instant urgency);

 private:
  struct Waiter {
    explicit Waiter(const ports::asio::any_io_executor& executor) : called(executor) {}
    ports::Event called;
    bool let_in = false;
  };
  using Queue = std::multimap<Instant, Waiter*>;

  void leave();

  ports::asio::any_io_executor executor_;
  std::size_t free_;
  Queue waiting_;
};

}  // namespace pscheduler::batch
