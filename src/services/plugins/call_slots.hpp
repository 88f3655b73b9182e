#pragma once
// How many processes answer at once, and who is next: first come, first served, with a bounded queue.

#include <cstddef>
#include <list>
#include <utility>

#include "pscheduler/ports/event.hpp"

namespace pscheduler::services {

class CallSlots {
 public:
  // A slot while it lives.
  class Slot {
   public:
    explicit Slot(CallSlots& slots) : slots_(&slots) {}
    Slot(Slot&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (slots_ != nullptr) slots_->give_back();
    }

   private:
    CallSlots* slots_;
  };

  CallSlots(boost::asio::any_io_executor executor, ports::Clock& clock, std::size_t slots_max,
            std::size_t waiting_max);

  // unavailable when the queue is full, or the turn has not come after `patience`.
  ports::AsyncResult<Slot> acquire(Duration patience);

 private:
  struct Waiter {
    explicit Waiter(const boost::asio::any_io_executor& executor) : turn(executor) {}
    ports::Event turn;
    bool has_slot = false;
  };

  void give_back();

  boost::asio::any_io_executor executor_;
  ports::Clock& clock_;
  std::size_t free_;
  std::size_t waiting_max_;
  std::list<Waiter> waiting_;
};

}  // namespace pscheduler::services
