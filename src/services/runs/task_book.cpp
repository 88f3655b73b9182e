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
  return entries_.try_emplace(task.id, Entry{task.progress, 0, 0, 0}).first->second.progress;
}

TaskProgress* TaskBook::find(TaskId task) {
  const auto found = entries_.find(task);
  return found == entries_.end() ? nullptr : &found->second.progress;
}

void TaskBook::count(TaskId task, int waiting, int active) {
  const auto found = entries_.find(task);
  if (found == entries_.end()) return;
  found->second.waiting_runs += waiting;
  found->second.active_runs += active;
  close_if_idle(task);
}

void TaskBook::run_waits(TaskId task) {
  count(task, 1, 0);
}

void TaskBook::run_withdrawn(TaskId task) {
  count(task, -1, 0);
}

void TaskBook::run_begun(TaskId task) {
  count(task, -1, 1);
}

void TaskBook::run_ended(TaskId task) {
  count(task, 0, -1);
}

int TaskBook::waiting_runs(TaskId task) const {
  const auto found = entries_.find(task);
  return found == entries_.end() ? 0 : found->second.waiting_runs;
}

void TaskBook::close_if_idle(TaskId task) {
  const auto found = entries_.find(task);
  if (found == entries_.end()) return;
  const auto& entry = found->second;
  const bool busy = entry.waiting_runs > 0 || entry.active_runs > 0 || entry.holds > 0;
  if (!entry.progress.plans_runs && !busy) entries_.erase(found);
}

}  // namespace pscheduler::services
