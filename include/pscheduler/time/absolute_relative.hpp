#pragma once
// The moments a schedule may name: absolute, from now, or on the next round multiple of an interval.

#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/time/instant.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler {

// A timestamp (TimestampForm::body), a duration from `now`, or "@" and a duration: the next even multiple of
// it since the Unix epoch, strictly after `now` (@PT1H is the top of the next hour). Nothing is rounded to
// seconds. invalid_argument for anything else, and for an interval of zero.
Result<Instant> resolve_absolute_relative(std::string_view text, Instant now, const Zone& zone);

}  // namespace pscheduler
