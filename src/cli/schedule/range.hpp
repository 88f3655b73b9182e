#pragma once
// The range of time that `schedule` and `plot-schedule` are asked for (spec cli.md, 7).

#include "cli/context.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::cli {

// What is shown when no range is named.
inline constexpr Duration kUsualRange = std::chrono::hours(1);

inline constexpr std::size_t kRangeWordsMax = 2;

// No word: from now on for kUsualRange. One: between it and now. Two: between them, in either order. A word
// is a timestamp (UTC when it names no offset) or a duration from now, which may have a sign.
Result<TimeRange> parse_range(const Words& words, Instant now);

// The parameters "start" and "end" of a request, with whole seconds that cover the range.
Parameters range_parameters(const TimeRange& range);

}  // namespace pscheduler::cli
