#pragma once
// The two kinds of time: an Instant on the UTC calendar and a Duration, both in whole microseconds.
// Text forms are in iso8601.hpp.

#include <chrono>

namespace pscheduler {

using Duration = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Duration>;

// Whole seconds as the wire shows them: a start is truncated toward the past, an end is rounded up.
constexpr Instant floor_to_second(Instant at) {
  return std::chrono::time_point_cast<Duration>(std::chrono::floor<std::chrono::seconds>(at));
}
constexpr Instant ceil_to_second(Instant at) {
  return std::chrono::time_point_cast<Duration>(std::chrono::ceil<std::chrono::seconds>(at));
}
constexpr Duration ceil_to_second(Duration length) {
  return std::chrono::ceil<std::chrono::seconds>(length);
}

// Half-open: contains start, not end. Empty when end <= start.
struct TimeRange {
  Instant start;
  Instant end;

  [[nodiscard]] constexpr Duration length() const { return end - start; }
  [[nodiscard]] constexpr bool empty() const { return end <= start; }
  [[nodiscard]] constexpr bool contains(Instant at) const { return start <= at && at < end; }
  [[nodiscard]] constexpr bool overlaps(const TimeRange& other) const {
    return start < other.end && other.start < end;
  }
  constexpr auto operator<=>(const TimeRange&) const = default;
};

}  // namespace pscheduler
