#pragma once
// What the end of a tool's process means for its run (spec scheduling.md 9.3, plugins.md 15). Pure.

#include "services/plugins/run_output.hpp"
#include "services/plugins/tool_runner.hpp"

namespace pscheduler::services {

ToolOutcome classify_run(const ToolRun& run, Results results, ports::ProcessOutcome outcome,
                         const RunOutput& output, const PluginLimits& limits);

// The outcome of a tool that could not be started.
ToolOutcome not_started(const ToolRun& run, const std::string& why);

}  // namespace pscheduler::services
