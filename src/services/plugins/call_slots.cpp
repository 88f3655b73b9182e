#include "services/plugins/call_slots.hpp"

namespace pscheduler::services {

CallSlots::CallSlots(boost::asio::any_io_executor executor, ports::Clock& clock, std::size_t slots_max,
                     std::size_t waiting_max)
    : executor_(std::move(executor)), clock_(clock), free_(slots_max), waiting_max_(waiting_max) {}

ports::AsyncResult<CallSlots::Slot> CallSlots::acquire(Duration patience) {
  if (free_ > 0) {
    --free_;
    co_return Slot(*this);
  }
  if (waiting_.size() >= waiting_max_)
    co_return fail(Errc::unavailable, "Too many plug-in calls are waiting; try again later.");
  // Leaves the queue also when the caller is cancelled, and then passes on a slot it was just given.
  struct Place {
    CallSlots& slots;
    std::list<Waiter>::iterator waiter;
    bool taken = false;
    ~Place() {
      const bool unused = waiter->has_slot && !taken;
      slots.waiting_.erase(waiter);
      if (unused) slots.give_back();
    }
  };
  Place place{*this, waiting_.emplace(waiting_.end(), executor_)};
  co_await place.waiter->turn.wait_for(clock_, patience);
  if (!place.waiter->has_slot)
    co_return fail(Errc::unavailable, "The node is busy with other plug-in calls; try again later.");
  place.taken = true;
  co_return Slot(*this);
}

void CallSlots::give_back() {
  for (Waiter& waiter : waiting_) {
    if (waiter.has_slot) continue;
    waiter.has_slot = true;
    waiter.turn.notify_all();
    return;
  }
  ++free_;
}

}  // namespace pscheduler::services
