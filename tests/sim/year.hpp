#pragma once
// A benchmark: one node for a year with a run a minute and nothing else. Its database is SQLite's as ever,
// but in memory: nothing goes wrong in this year, and how fast the disk is would be all that is seen.

#include <cstdint>
#include <functional>
#include <optional>

#include "sim/rules.hpp"

namespace pscheduler::sim {

struct Year {
  std::optional<Violation> violation;
  std::uint64_t runs = 0;
  std::uint64_t tools = 0;
  std::uint64_t runs_kept_max = 0;  // in the store at the end of a day
};

// `on_day` is called at the end of each day.
Year simulate_year(const std::function<void(int day)>& on_day);

}  // namespace pscheduler::sim
