#pragma once
// When the runs of a task are due (spec scheduling.md 4.2, 5.2, 5.3).

#include <optional>

#include "pscheduler/base/result.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/time/instant.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::schedule {

// Whether runs can ever be due. invalid_argument names the member (`At /schedule/repeat: …`), the value and
// the remedy: a negative slip, a repeat under one second, a cron expression that is not understood or never
// matches, max-runs under one, an `until` not after `now`, the start or the first run.
Result<void> check(const Schedule& schedule, Instant now, const Zone& zone);

// The nominal start of the next attempt, not before `now`; absent when none is to follow: canceled, max-runs
// reached, `until` passed, or a single run that has been planned already.
//
// A single run is due at its start, or now, to the microsecond; it has one attempt. What repeats is due on
// whole seconds: an interval first at its start or now, then at the first point at or after both now and the
// end of the latest run (ranges are half-open) of the grid that is anchored at the first start; grid points
// that were missed are not made up. Cron expressions (cron.hpp) are read in `zone`. With both, the earlier
// counts.
std::optional<Instant> next_nominal_start(const Schedule& schedule, const TaskProgress& progress, Instant now,
                                          const Zone& zone);

// How much later than nominal a run may start: the slip, cut so that it does not run into the next repeat.
Duration effective_slip(const Schedule& schedule, Duration run_length);

}  // namespace pscheduler::schedule
