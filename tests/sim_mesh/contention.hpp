#pragma once
// Two leads that want a third node at the same seconds, again and again.

#include <optional>
#include <string>

#include "sim_mesh/rules.hpp"

namespace pscheduler::sim_mesh {

struct ContentionOptions {
  std::uint64_t seed = 1;
  int runs = 1000;  // of each lead
  // Whether there is time for all runs of both within their slip, or for those of one only.
  bool room_for_both = true;
};

struct ContentionOutcome {
  struct Lead {
    int finished = 0;
    int explained = 0;  // found no time, and say which host had none
    Duration latest{};  // how late the latest of those finished was
  };
  Lead one;
  Lead other;
  std::optional<Violation> violation;
  std::uint64_t calls = 0;
};

ContentionOutcome contend(const ContentionOptions& options);

}  // namespace pscheduler::sim_mesh
