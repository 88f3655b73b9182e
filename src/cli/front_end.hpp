#pragma once
// `pscheduler COMMAND [ARGUMENTS]`: finds the command and hands over (spec cli.md, 1.1).

#include "cli/context.hpp"
#include "cli/external_commands.hpp"

namespace pscheduler::cli {

// Runs a command of this program, or becomes an external one. Answers the exit status.
int front_end(Context& context, const ExternalCommands& external, const Words& words);

}  // namespace pscheduler::cli
