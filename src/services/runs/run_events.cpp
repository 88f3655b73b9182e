#include "pscheduler/services/run_events.hpp"

namespace pscheduler::services {

RunEvents::Watch::Watch(RunEvents& events, TaskId task)
    : events_(events),
      task_(task),
      topic_(events.topics_.try_emplace(task, events.executor_).first->second),
      seen_(topic_.changes) {
  ++topic_.watches;
}

RunEvents::Watch::~Watch() {
  if (--topic_.watches == 0) events_.topics_.erase(task_);
}

ports::Async<bool> RunEvents::Watch::wait(ports::Clock& clock, Duration length) {
  if (topic_.changes != seen_) co_return true;
  const bool notified = co_await topic_.changed.wait_for(clock, length);
  co_return notified;
}

void RunEvents::changed(TaskId task) {
  const auto found = topics_.find(task);
  if (found == topics_.end()) return;
  ++found->second.changes;
  found->second.changed.notify_all();
}

}  // namespace pscheduler::services
