#pragma once
// What can be changed while the daemon runs (spec scheduling.md 12.2). Absent: as configured at the start.

#include <optional>

#include "pscheduler/time/instant.hpp"

namespace pscheduler {

struct Configurables {
  std::optional<Duration> keep_runs_tasks;
  std::optional<Duration> run_straggle;

  bool operator==(const Configurables&) const = default;
};

}  // namespace pscheduler
