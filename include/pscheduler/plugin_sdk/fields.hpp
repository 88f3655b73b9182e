#pragma once
// Members of a spec that hold durations; for the other types see json/access.hpp.

#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::sdk {

// An ISO 8601 duration; `otherwise` when absent. Anything else is an error that names the member.
Result<Duration> duration_member(const Json& object, std::string_view name, Duration otherwise);

}  // namespace pscheduler::sdk
