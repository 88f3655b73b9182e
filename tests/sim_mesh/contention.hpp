#pragma once
// Leads that want the same other node at the same seconds, again and again.

#include <optional>
#include <vector>

#include "sim_mesh/rules.hpp"

namespace pscheduler::sim_mesh {

struct ContentionOptions {
  std::uint64_t seed = 1;
  int leads = 2;
  int runs = 1000;  // of each lead
  // Whether there is time for all runs of all within their slip, or for those of one only.
  bool room_for_all = true;
};

struct ContentionOutcome {
  struct Lead {
    int finished = 0;
    int explained = 0;  // got no time, and say which host had none
    Duration latest{};  // how late the latest of those finished was
  };
  std::vector<Lead> leads;
  std::optional<Violation> violation;
  std::uint64_t calls = 0;

  // Whether no lead has got much less or much more than its share of the runs that were measured.
  [[nodiscard]] bool is_fair() const;
};

ContentionOutcome contend(const ContentionOptions& options);

}  // namespace pscheduler::sim_mesh
