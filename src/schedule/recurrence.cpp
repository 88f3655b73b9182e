#include "pscheduler/schedule/recurrence.hpp"

#include <algorithm>

namespace pscheduler::schedule {
namespace {

Instant first_grid_point(Instant anchor, Duration step, Instant not_before) {
  if (not_before <= anchor) return anchor;
  const auto steps = (not_before - anchor + step - Duration(1)) / step;
  return anchor + steps * step;
}

}  // namespace

Result<void> check(const Schedule& schedule, Instant now, const Zone& zone) {
  static_cast<void>(schedule);
  static_cast<void>(now);
  static_cast<void>(zone);
  return {};
}

std::optional<Instant> next_nominal_start(const Schedule& schedule, const TaskProgress& progress, Instant now,
                                          const Zone& zone) {
  static_cast<void>(zone);
  if (!progress.enabled) return std::nullopt;
  if (schedule.max_runs && progress.attempts >= *schedule.max_runs) return std::nullopt;
  if (!schedule.repeat && progress.runs > 0) return std::nullopt;
  Instant nominal = std::max(now, schedule.start.value_or(now));
  if (progress.runs > 0) {
    const Instant not_before = std::max(nominal, progress.latest_end.value_or(nominal));
    nominal = first_grid_point(progress.first_start.value_or(nominal), *schedule.repeat, not_before);
  }
  if (schedule.until && nominal >= *schedule.until) return std::nullopt;
  return nominal;
}

Duration effective_slip(const Schedule& schedule, Duration run_length) {
  if (!schedule.repeat || schedule.slip + run_length < *schedule.repeat) return schedule.slip;
  return std::max(Duration::zero(), *schedule.repeat - run_length);
}

}  // namespace pscheduler::schedule
