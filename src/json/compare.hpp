#pragma once
// JSON values compared as JSON Schema sees them: 1 equals 1.0, true is no number, integers are exact.

#include "pscheduler/json/value.hpp"

namespace pscheduler::json {

// Negative, zero or positive; a total order, in which NaN equals itself and comes first among numbers.
int compare(const Json& left, const Json& right);

}  // namespace pscheduler::json
