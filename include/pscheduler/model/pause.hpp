#pragma once
// Whether this node starts runs (spec scheduling.md 12.4).

#include <optional>

#include "pscheduler/time/instant.hpp"

namespace pscheduler {

struct Pause {
  bool paused = false;
  std::optional<Instant> until;  // absent: until somebody resumes

  [[nodiscard]] bool covers(Instant at) const { return paused && (!until || at < *until); }
};

}  // namespace pscheduler
