#pragma once
// The counters of the tasks that still have something to do, so that all who change them see each other's
// changes. A task leaves the book when nothing of it is left to plan or run.

#include <unordered_map>

#include "pscheduler/model/run.hpp"
#include "pscheduler/model/task.hpp"

namespace pscheduler::services {

class TaskBook {
 public:
  // Puts a task into the book; a task that is there already keeps its entry.
  TaskProgress& open(const Task& task);

  // Null when the task is not in the book.
  TaskProgress* find(TaskId task);

  // Counts the unfinished runs of a task that is in the book.
  void run_added(TaskId task);
  void run_ended(TaskId task);

  // Takes the task out unless it plans runs or has unfinished ones.
  void close_if_idle(TaskId task);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    TaskProgress progress;
    int unfinished_runs = 0;
  };
  std::unordered_map<TaskId, Entry> entries_;
};

}  // namespace pscheduler::services
