#pragma once
// The commands about limits files (spec cli.md 15, limits.md 12.3). They are a program of their own, as they
// carry what the server decides with; `pscheduler` becomes it.

#include "cli/context.hpp"

namespace pscheduler::cli::limits_program {

int validate_command(Context& context, const Words& words);
int diags_command(Context& context, const Words& words);
int explain_command(Context& context, const Words& words);

}  // namespace pscheduler::cli::limits_program
