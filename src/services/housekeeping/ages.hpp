#pragma once
// Since when something is of no more use.

#include <optional>

#include "pscheduler/ports/retention.hpp"

namespace pscheduler::services {

// Until when a run has to stay although it is old enough to go; nothing when it need not. `keep` is how long
// runs are kept.
std::optional<Instant> wanted_until(const ports::OldRun& run, Instant now, Duration keep);

// From when on a task is over; in the future while that is known to come, nothing when it may go on for ever.
// Its runs do not matter here.
std::optional<Instant> over_from(const ports::OldTask& task);

}  // namespace pscheduler::services
