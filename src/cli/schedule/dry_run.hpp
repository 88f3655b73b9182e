#pragma once
// `pscheduler schedule --dry-run`: when a task would run, without posting it.

#include "cli/context.hpp"
#include "cli/options.hpp"

namespace pscheduler::cli {

// `line` is that of `schedule`; its words are the options and the test of the task. Answers the exit status.
int dry_run(Context& context, const CommandLine& line);

}  // namespace pscheduler::cli
