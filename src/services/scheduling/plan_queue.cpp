#include "pscheduler/services/plan_queue.hpp"

namespace pscheduler::services {

void PlanQueue::put(TaskId task, Instant from, Instant nominal) {
  forget(task);
  entries_.emplace(task, Entry{from, nominal, false});
  later_.emplace(from, task);
}

void PlanQueue::forget(TaskId task) {
  const auto found = entries_.find(task);
  if (found == entries_.end()) return;
  const Entry& entry = found->second;
  if (entry.ready) {
    ready_.erase(std::pair(entry.nominal, task));
  } else {
    later_.erase(std::pair(entry.from, task));
  }
  entries_.erase(found);
}

std::optional<TaskId> PlanQueue::take(Instant now) {
  while (!later_.empty() && later_.begin()->first <= now) {
    const TaskId task = later_.begin()->second;
    later_.erase(later_.begin());
    Entry& entry = entries_.at(task);
    entry.ready = true;
    ready_.emplace(entry.nominal, task);
  }
  if (ready_.empty()) return std::nullopt;
  const TaskId task = ready_.begin()->second;
  forget(task);
  return task;
}

std::optional<Instant> PlanQueue::next_at() const {
  if (!ready_.empty()) return entries_.at(ready_.begin()->second).from;
  if (later_.empty()) return std::nullopt;
  return later_.begin()->first;
}

}  // namespace pscheduler::services
