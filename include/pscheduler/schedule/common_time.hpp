#pragma once
// The time that several hosts have in common, and where in it a run starts (spec scheduling.md 6.3).
// Ranges are half-open, ascending and disjoint.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::schedule {

// What lies in both.
std::vector<TimeRange> intersect(const std::vector<TimeRange>& one, const std::vector<TimeRange>& other);

struct StartRequest {
  Instant earliest;
  Instant latest_start;
  Duration length{};
  bool whole_seconds = false;  // the start lies on a whole second
};

// The earliest time of this length within one of the pieces; absent when there is none.
std::optional<TimeRange> earliest_start(const std::vector<TimeRange>& pieces, const StartRequest& request);

// One of the pieces in which it fits, each as likely, and in it any whole second from its beginning on.
// `pick` answers a number below its argument.
std::optional<TimeRange> random_start(const std::vector<TimeRange>& pieces, const StartRequest& request,
                                      const std::function<std::uint64_t(std::uint64_t)>& pick);

}  // namespace pscheduler::schedule
