#pragma once
// The commands that are part of this program. Each takes the words after its name and answers the exit status
// (spec cli.md, 1.5); what goes wrong is told on stderr.

#include "cli/context.hpp"

namespace pscheduler::cli {

int task_command(Context& context, const Words& words);
int watch_command(Context& context, const Words& words);
int result_command(Context& context, const Words& words);
int cancel_command(Context& context, const Words& words);
int explain_command(Context& context, const Words& words);
int schedule_command(Context& context, const Words& words);
int plot_schedule_command(Context& context, const Words& words);
int monitor_command(Context& context, const Words& words);
int ping_command(Context& context, const Words& words);
int clock_command(Context& context, const Words& words);
int batch_command(Context& context, const Words& words);
int troubleshoot_command(Context& context, const Words& words);
int plugins_command(Context& context, const Words& words);
int archiving_command(Context& context, const Words& words);
int archiving_summary_command(Context& context, const Words& words);
int metrics_command(Context& context, const Words& words);
int pause_command(Context& context, const Words& words);
int resume_command(Context& context, const Words& words);
int debug_command(Context& context, const Words& words);
int validate_configurables_command(Context& context, const Words& words);
int version_command(Context& context, const Words& words);

}  // namespace pscheduler::cli
