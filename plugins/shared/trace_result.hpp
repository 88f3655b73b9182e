#pragma once
// From a path to a result of the test trace, for all its tools.

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"
#include "shared/trace_output.hpp"

namespace pscheduler::plugins {

// The path with the names and autonomous systems the spec wants, looked up until `deadline` but for half a
// second at least.
Json trace_result(const Json& spec, const TracePath& path, Instant deadline);

// The path as it is.
Json trace_result(const TracePath& path);

// What the look-ups a spec wants are given in the slot.
Duration trace_lookup_time(const Json& spec);

// The first participant's paths.
Json merge_trace(const Json& test, const Json& results);

}  // namespace pscheduler::plugins
