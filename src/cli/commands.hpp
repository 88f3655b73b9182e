#pragma once
// The commands that are part of this program. Each takes the words after its name and answers the exit status
// (spec cli.md, 1.5); what goes wrong is told on stderr.

#include "cli/context.hpp"

namespace pscheduler::cli {

int task_command(Context& context, const Words& words);
int watch_command(Context& context, const Words& words);
int result_command(Context& context, const Words& words);
int cancel_command(Context& context, const Words& words);
int ping_command(Context& context, const Words& words);
int clock_command(Context& context, const Words& words);
int plugins_command(Context& context, const Words& words);
int version_command(Context& context, const Words& words);

}  // namespace pscheduler::cli
