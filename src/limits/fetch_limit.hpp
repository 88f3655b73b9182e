#pragma once
// Limits that ask an HTTP service (spec limits.md, 7.8).

#include "limits/judge_limit.hpp"
#include "limits/limit_verdict.hpp"

namespace pscheduler::limits {

MaybeVerdict judge_fetch(const UrlFetchLimit& limit, const JudgeContext& context);

}  // namespace pscheduler::limits
