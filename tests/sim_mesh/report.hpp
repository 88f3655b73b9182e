#pragma once
// A violation as a person needs it: what, when, and how to see it again.

#include <string>

#include "sim_mesh/simulation.hpp"

namespace pscheduler::sim_mesh {

// "at … breaks …", with the rule's sentence.
std::string describe(const Violation& violation);

std::string report(const SimulationOptions& options, const Outcome& outcome);

}  // namespace pscheduler::sim_mesh
