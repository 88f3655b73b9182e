#include "pscheduler/services/task_book.hpp"

namespace pscheduler::services {

TaskProgress& TaskBook::open(const Task& task) {
  return entries_.try_emplace(task.id, Entry{task.progress, 0}).first->second.progress;
}

TaskProgress* TaskBook::find(TaskId task) {
  const auto found = entries_.find(task);
  return found == entries_.end() ? nullptr : &found->second.progress;
}

void TaskBook::run_added(TaskId task) {
  const auto found = entries_.find(task);
  if (found != entries_.end()) ++found->second.unfinished_runs;
}

void TaskBook::run_ended(TaskId task) {
  const auto found = entries_.find(task);
  if (found == entries_.end()) return;
  --found->second.unfinished_runs;
  close_if_idle(task);
}

void TaskBook::close_if_idle(TaskId task) {
  const auto found = entries_.find(task);
  if (found == entries_.end()) return;
  const auto& entry = found->second;
  if (!entry.progress.plans_runs && entry.unfinished_runs <= 0) entries_.erase(found);
}

}  // namespace pscheduler::services
