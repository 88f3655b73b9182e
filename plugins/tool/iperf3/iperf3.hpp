#pragma once
// iperf3: the plug-in itself and what its program adds to it.

#include <string>

#include "pscheduler/base/result.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "shared/server_program.hpp"

namespace pscheduler::plugins {

// Without participant-data: keys are made by the program of this plug-in, which alone needs cryptography.
extern const sdk::ToolPlugin tool_iperf3;

// Which program, and on which port its server listens (spec tools.md 3.14).
Result<ServerProgram> iperf3_setting();

// "3.12", as the other end wants to know it; fails when the program cannot tell.
Result<std::string> iperf3_version(const std::string& program);

}  // namespace pscheduler::plugins
