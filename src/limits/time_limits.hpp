#pragma once
// Limits on when a run happens (spec limits.md, 7.6, 7.7).

#include "limits/limit_verdict.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/limits/limit_types.hpp"

namespace pscheduler::limits {

// `run_schedule` is {"start": …, "duration": …}.
LimitVerdict judge_time(const DateRangeLimit& limit, const Json& run_schedule);
LimitVerdict judge_time(const CalendarLimit& limit, const Json& run_schedule);

}  // namespace pscheduler::limits
