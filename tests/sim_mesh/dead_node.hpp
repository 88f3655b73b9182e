#pragma once
// A mesh in which each node measures with several others, and one of which dies: what that costs the rest.

#include <optional>

#include "sim_mesh/rules.hpp"

namespace pscheduler::sim_mesh {

struct DeadNodeOptions {
  std::uint64_t seed = 1;
  int nodes = 50;
  int neighbours = 6;                          // with which each node measures, as their lead
  bool one_is_dead = true;                     // otherwise it has never been there
  Duration length = std::chrono::minutes(10);  // from its death
};

// Of all that concerns the living alone, from the death on.
struct DeadNodeOutcome {
  std::uint64_t runs = 0;
  std::uint64_t not_finished = 0;
  Duration late_in_all{};  // from when they should have started to when they did
  Duration late_most{};
  Duration end_in_all{};  // from the ends of their slots to their final states on the lead
  Duration end_most{};
  Duration new_task_most{};  // from a POST to its answer
  std::uint64_t calls = 0;
  std::uint64_t calls_to_the_dead = 0;
  std::uint64_t runs_of_the_dead = 0;  // that name it, and ended with a reason
  std::optional<Violation> violation;
};

DeadNodeOutcome live_on(const DeadNodeOptions& options);

}  // namespace pscheduler::sim_mesh
