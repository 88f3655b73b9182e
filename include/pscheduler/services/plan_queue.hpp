#pragma once
// Which tasks are to be planned, and in which order: those whose next run has come inside the horizon by its
// nominal start, the others by when it will.

#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::services {

class PlanQueue {
 public:
  // The task is to be planned from `from` on, its next run being due at `nominal`; replaces what was said
  // of it before.
  void put(TaskId task, Instant from, Instant nominal);
  void forget(TaskId task);

  // The one to be planned next, which leaves the queue; none before next_at().
  std::optional<TaskId> take(Instant now);

  // When the next one may be planned: in the past for those that wait; absent when there is none.
  [[nodiscard]] std::optional<Instant> next_at() const;

  [[nodiscard]] bool contains(TaskId task) const { return entries_.contains(task); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Instant from;
    Instant nominal;
    bool ready = false;
  };

  std::unordered_map<TaskId, Entry> entries_;
  std::set<std::pair<Instant, TaskId>> ready_;  // by nominal start
  std::set<std::pair<Instant, TaskId>> later_;  // by when they are ready
};

}  // namespace pscheduler::services
