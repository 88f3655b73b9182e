#pragma once
// Measurements of bench-load with tasks that repeat.

#include <cstdint>

namespace pscheduler::bench {

// `tasks` tasks with `runs` runs each, one every three seconds, a third of the tasks in each of these
// seconds. Says how late (milliseconds after the planned start) the tool's main() and its work began, p50 and
// p99, and how many runs did not finish.
void measure_punctuality(std::uint16_t port, int tasks, int runs);

// `tasks` tasks that repeat every minute from an hour from now on. Waits until no more runs are planned, and
// says how many there are and how long that took.
void measure_plan(std::uint16_t port, int tasks);

}  // namespace pscheduler::bench
