#pragma once
// What several nodes cost each other. They are reached on port 443 of addresses in 127.0.0.0/8, each a node
// of its own, because tasks name hosts without ports.

#include <string>
#include <vector>

namespace pscheduler::bench {

// Runs of two nodes, led by the first: from POST to the tool's start, and from its end to the merged result.
void measure_pair(const std::string& lead, const std::string& other, int tasks, int clients);

// How many runs two nodes agree on in a second, when as many tasks are posted to the first.
void measure_agreements(const std::string& lead, const std::string& other, int tasks, int clients);

// A repeating task from each node to each other: how soon all are accepted, and all runs within the horizon
// agreed.
void measure_mesh(const std::vector<std::string>& nodes);

}  // namespace pscheduler::bench
