#pragma once
// The story of a task and of a run in words, from what a server tells of them.

#include <string>
#include <vector>

#include "cli/schedule/entries.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::cli {

// What was asked for, by whom and when. `task` has its detail.
std::string task_story(const Json& task, std::size_t width);

// When the run was planned, what stood in its way, each state with time, reason and actor, and what came of
// it.
std::string run_story(const Json& run, std::size_t width);

// One line: when, what became of it, and why where that needs a reason.
std::string run_line(const ScheduleEntry& entry, std::size_t width);

}  // namespace pscheduler::cli
