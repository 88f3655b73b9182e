#include "batch/gate.hpp"

namespace pscheduler::batch {

ports::Async<Gate::Place> Gate::enter(Instant urgency) {
  if (free_ > 0) {
    --free_;
    co_return Place(*this);
  }
  Waiter waiter(executor_);
  const auto entry = waiting_.emplace(urgency, &waiter);
  // Who is cancelled leaves the queue, or hands on the place that it was just given.
  struct Exit {
    Gate& gate;
    Queue::iterator entry;
    const Waiter& waiter;
    bool in = false;
    ~Exit() {
      if (in) return;
      if (waiter.let_in)
        gate.leave();
      else
        gate.waiting_.erase(entry);
    }
  };
  Exit exit{*this, entry, waiter};
  while (!waiter.let_in) co_await waiter.called.wait();
  exit.in = true;
  co_return Place(*this);
}

void Gate::leave() {
  if (waiting_.empty()) {
    ++free_;
    return;
  }
  const auto next = waiting_.begin();
  Waiter& waiter = *next->second;
  waiting_.erase(next);
  waiter.let_in = true;
  waiter.called.notify_all();
}

}  // namespace pscheduler::batch
