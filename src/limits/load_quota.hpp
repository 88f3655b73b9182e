#pragma once
// The data of a limit of type quota.

#include "limits/load_scripts.hpp"
#include "limits/members.hpp"
#include "pscheduler/limits/limit_types.hpp"

namespace pscheduler::limits {

// Whether its identifier exists is left to the caller.
LimitData read_quota(Members& data, ScriptReader& scripts);

}  // namespace pscheduler::limits
