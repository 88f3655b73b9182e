#pragma once
// The rules that need a look at all nodes at once, when all trouble is over.

#include <memory>
#include <vector>

#include "sim_mesh/accord.hpp"
#include "sim_mesh/member.hpp"

namespace pscheduler::sim_mesh {

// That nothing is left behind of what came about before `since`.
void inspect_tidiness(const std::vector<std::unique_ptr<Member>>& members, const Accord& accord,
                      Instant since, Instant now, Findings& findings);

// What has become of tasks and runs; `healed`: since when all has been well.
void inspect_ends(const Accord& accord, Instant healed, Instant now, Findings& findings);

}  // namespace pscheduler::sim_mesh
