#pragma once
// The counters of the tasks that still have something to do, so that all who change them see each other's
// changes. A task leaves the book when nothing of it is left to plan or run.

#include <unordered_map>

#include "pscheduler/model/run.hpp"
#include "pscheduler/model/task.hpp"

namespace pscheduler::services {

class TaskBook {
 public:
  // Keeps a task in the book while something about it is being arranged.
  class Hold {
   public:
    Hold(TaskBook& book, const Task& task);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

    [[nodiscard]] TaskProgress& progress() const { return progress_; }

   private:
    TaskBook& book_;
    TaskId task_;
    TaskProgress& progress_;
  };

  // Puts a task into the book; a task that is there already keeps its entry.
  TaskProgress& open(const Task& task);

  // Null when the task is not in the book.
  TaskProgress* find(TaskId task);

  // Counts the runs of a task that is in the book: those that wait for their start and those under way.
  void run_waits(TaskId task);
  void run_withdrawn(TaskId task);
  void run_begun(TaskId task);
  void run_ended(TaskId task);

  [[nodiscard]] int waiting_runs(TaskId task) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    TaskProgress progress;
    int waiting_runs = 0;
    int active_runs = 0;
    int holds = 0;
  };

  void count(TaskId task, int waiting, int active);
  void close_if_idle(TaskId task);

  std::unordered_map<TaskId, Entry> entries_;
};

}  // namespace pscheduler::services
