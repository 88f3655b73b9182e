#pragma once
// The rules that need a look at the node as a whole.

#include <map>

#include "sim/node.hpp"

namespace pscheduler::sim {

// Quick: that no run is left behind. After each step.
void inspect_ends(const Node& node, Findings& findings);

// When the node has just started: that its schedule is what is in the store.
void inspect_start(Node& node, Findings& findings);

// All the others; what they say about the present is asked only when the node is quiet. `accepted` are the
// tasks that were answered with success, and when.
void inspect(Node& node, const std::map<TaskId, Duration>& accepted, Findings& findings);

}  // namespace pscheduler::sim
