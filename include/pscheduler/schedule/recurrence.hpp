#pragma once
// When the runs of a task are due (spec scheduling.md 4.2, 5.2, 5.3).

#include <optional>

#include "pscheduler/base/result.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/time/instant.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::schedule {

// Whether runs can ever be due. invalid_argument names the field, the value and the remedy: a repeat of zero,
// a cron expression that is not understood or never matches, an `until` not after `now` or `start`, …
Result<void> check(const Schedule& schedule, Instant now, const Zone& zone);

// The nominal start of the next attempt, not before `now`; absent when none is to follow: canceled, max-runs
// reached, `until` passed, or a single run that has been planned already.
//
// An interval grid is anchored at the first start; the next run is at the first grid point at or after both
// now and the end of the latest run, since ranges are half-open. Cron expressions are read in `zone`. With
// both, the earlier counts.
std::optional<Instant> next_nominal_start(const Schedule& schedule, const TaskProgress& progress, Instant now,
                                          const Zone& zone);

// How much later than nominal a run may start: the slip, cut so that it does not run into the next repeat.
Duration effective_slip(const Schedule& schedule, Duration run_length);

}  // namespace pscheduler::schedule
