#include "pscheduler/services/open_attempts.hpp"

namespace pscheduler::services {

void OpenAttempts::add(const OpenAttempt& attempt) {
  if (!by_run_.emplace(attempt.run, attempt).second) return;
  by_nominal_.emplace(attempt.nominal_start, attempt.run);
  by_task_.emplace(attempt.task, attempt.run);
}

void OpenAttempts::remove(RunId run) {
  const auto found = by_run_.find(run);
  if (found == by_run_.end()) return;
  by_nominal_.erase(std::pair(found->second.nominal_start, run));
  by_task_.erase(std::pair(found->second.task, run));
  by_run_.erase(found);
}

void OpenAttempts::remove_of(TaskId task) {
  for (;;) {
    const auto first = by_task_.lower_bound(std::pair(task, RunId{}));
    if (first == by_task_.end() || first->first != task) return;
    remove(RunId(first->second));
  }
}

std::vector<OpenAttempt> OpenAttempts::that_fit(const TimeRange& room, Instant now) {
  std::vector<OpenAttempt> fitting;
  std::vector<RunId> passed;
  for (const auto& [nominal, run] : by_nominal_) {
    if (nominal >= room.end) break;
    const OpenAttempt& attempt = by_run_.at(run);
    if (attempt.latest_start < now) {
      passed.push_back(run);
    } else if (attempt.latest_start >= room.start) {
      fitting.push_back(attempt);
    }
  }
  for (const RunId run : passed) remove(run);
  return fitting;
}

}  // namespace pscheduler::services
