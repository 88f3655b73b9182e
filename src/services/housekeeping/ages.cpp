#include "services/housekeeping/ages.hpp"

#include <algorithm>

namespace pscheduler::services {

std::optional<Instant> wanted_until(const ports::OldRun& run, Instant now, Duration keep) {
  Instant until = run.planned_anew_until.value_or(Instant::min());
  if (run.archived_until) {
    const bool for_ever = *run.archived_until == Instant::max();
    until = std::max(until, for_ever ? run.place.at + 2 * keep : *run.archived_until);
  }
  if (until <= now) return std::nullopt;
  return until;
}

std::optional<Instant> over_from(const ports::OldTask& task) {
  const Instant latest = std::max(task.added, task.latest_end.value_or(task.added));
  if (task.canceled_at) return std::max(latest, *task.canceled_at);
  // Its making was never completed.
  if (!task.enabled) return latest;
  const Instant with_start = std::max(latest, task.start.value_or(latest));
  // Its lead is this node, which plans no more runs; or it is elsewhere, and the rules of the task tell.
  const bool all_had = task.max_runs && task.runs >= *task.max_runs;
  if (task.leads || !task.repeats || all_had) return with_start;
  if (task.until) return std::max(with_start, *task.until);
  return std::nullopt;
}

}  // namespace pscheduler::services
