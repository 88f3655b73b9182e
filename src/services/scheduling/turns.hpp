#pragma once
// How runs that want the same time take turns.
//
// Tasks with several participants that repeat meet again and again, and who came first would have all the
// time of a host that they share. So each attempt of such a task has a lot, drawn from the task and its
// nominal start: of two with the same priority the one with the smaller lot gets the time. All nodes draw the
// same, and over many attempts each of n tasks goes first in one of n. What was on the schedule before a task
// was there stays (schedule/timeline.hpp).

#include <optional>

#include "pscheduler/model/run.hpp"
#include "pscheduler/schedule/timeline.hpp"
#include "pscheduler/services/claims.hpp"

namespace pscheduler::services {

bool takes_turns(const Task& task);

std::uint64_t lot_of(TaskId task, Instant nominal_start);

// Of a claim of the task for an attempt of that nominal start; of runs that have none, their start.
Rank rank_of(const Task& task, Instant nominal_start);

// Of a run on the schedule, for those whose time may come; absent for a task that takes no turns.
std::optional<schedule::Turn> turn_of(const Task& task, const Run& run);

// What an attempt of the task may take from others at this time.
schedule::Displacing displacing_of(const Task& task, Instant nominal_start, Instant now);

}  // namespace pscheduler::services
