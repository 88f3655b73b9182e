#pragma once
// Limits on what runs take together over a period.

#include <string>

#include "limits/judge_limit.hpp"
#include "limits/limit_verdict.hpp"

namespace pscheduler::limits {

// `name`: of the limit, whose accounts are its own. A run is judged for its time; a task without one as if
// its run were now when it has a single one as soon as possible, and passes otherwise.
MaybeVerdict judge_quota(const std::string& name, const QuotaLimit& quota, const JudgeContext& context);

}  // namespace pscheduler::limits
