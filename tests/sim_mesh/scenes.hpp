#pragma once
// What users of several nodes count on, in full size, with its figures on standard output.

namespace pscheduler::sim_mesh {

// True when all is as it should be.
bool show_contention();
bool show_dead_node();
bool show_killing();

}  // namespace pscheduler::sim_mesh
