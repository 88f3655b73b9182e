#include "pscheduler/services/task_book.hpp"

namespace pscheduler::services {

TaskBook::Hold::Hold(TaskBook& book, const Task& task)
    : book_(book), task_(task.id), progress_(book.open(task)) {
  ++book_.entries_.at(task_).holds;
}

TaskBook::Hold::~Hold() {
  --book_.entries_.at(task_).holds;
  book_.close_if_idle(task_);
}

TaskProgress& TaskBook::open(const Task& task) {
  return entries_.try_emplace(task.id, Entry{task.progress, 0, 0}).first->second.progress;
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

bool TaskBook::has_unfinished_runs(TaskId task) const {
  const auto found = entries_.find(task);
  return found != entries_.end() && found->second.unfinished_runs > 0;
}

void TaskBook::close_if_idle(TaskId task) {
  const auto found = entries_.find(task);
  if (found == entries_.end()) return;
  const auto& entry = found->second;
  const bool idle = !entry.progress.plans_runs && entry.unfinished_runs <= 0 && entry.holds == 0;
  if (idle) entries_.erase(found);
}

}  // namespace pscheduler::services
