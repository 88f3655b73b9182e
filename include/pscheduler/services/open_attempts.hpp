#pragma once
// Attempts that have found no room, or have lost it to a higher priority, and may still be made: as long as
// a start in their window is to come.

#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "pscheduler/model/run.hpp"

namespace pscheduler::services {

struct OpenAttempt {
  RunId run;  // the one that stands for it so far
  TaskId task;
  Instant nominal_start;
  Instant latest_start;
  SchedulingClass scheduling_class = SchedulingClass::exclusive;
  Duration length{};
};

class OpenAttempts {
 public:
  void add(const OpenAttempt& attempt);
  void remove(RunId run);
  void remove_of(TaskId task);

  [[nodiscard]] bool contains(RunId run) const { return by_run_.contains(run); }

  // Those that might start in `room`, a range that has become free, by nominal start. Those whose window has
  // passed by `now` are forgotten.
  std::vector<OpenAttempt> that_fit(const TimeRange& room, Instant now);

  [[nodiscard]] std::size_t size() const { return by_run_.size(); }

 private:
  std::unordered_map<RunId, OpenAttempt> by_run_;
  std::set<std::pair<Instant, RunId>> by_nominal_;
  std::set<std::pair<TaskId, RunId>> by_task_;
};

}  // namespace pscheduler::services
