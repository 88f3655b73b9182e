#include "pscheduler/services/run_events.hpp"

namespace pscheduler::services {

void RunEvents::changed(TaskId task) {
  const auto found = events_.find(task);
  if (found == events_.end()) return;
  if (const auto event = found->second.lock()) {
    event->notify_all();
  } else {
    events_.erase(found);
  }
}

ports::Async<bool> RunEvents::wait_for_change(TaskId task, ports::Clock& clock, Duration length) {
  auto event = events_[task].lock();
  if (!event) {
    event = std::make_shared<ports::Event>(executor_);
    events_[task] = event;
  }
  const bool notified = co_await event->wait_for(clock, length);
  if (event.use_count() == 1) {
    event.reset();
    events_.erase(task);
  }
  co_return notified;
}

}  // namespace pscheduler::services
