#pragma once
// When the runs of a task are due (spec scheduling.md 5.2, 5.3).

#include <optional>

#include "pscheduler/model/task.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::schedule {

// The nominal start of the next run, not before `now`; absent when no run is to follow: canceled, max-runs
// reached, `until` passed, or a single run that has been planned already.
//
// An interval grid is anchored at the first start; the next run is at the first grid point at or after both
// now and the end of the latest run, since ranges are half-open.
std::optional<Instant> next_nominal_start(const Schedule& schedule, const TaskProgress& progress,
                                          Instant now);

// How much later than nominal a run may start: the slip, cut so that it does not run into the next repeat.
Duration effective_slip(const Schedule& schedule, Duration run_length);

}  // namespace pscheduler::schedule
