#pragma once
// Which program a throughput tool starts, and on which port that listens at the server: what the operator set
// in the tool's file (plugin_config.hpp), else what is usual (spec tools.md 5).

#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "shared/plugin_config.hpp"

namespace pscheduler::plugins {

struct UsualProgram {
  std::string_view tool;
  std::string_view program;
  std::string_view package;
  int port = 0;
};

struct ServerProgram {
  std::string program;
  int port = 0;
  std::string trouble;  // why the program cannot be used; empty when it can
};

// From `<tool>_cmd` and `server_port`.
Result<ServerProgram> server_program(const PluginConfig& config, const UsualProgram& usual);
Result<ServerProgram> server_program(const UsualProgram& usual);

// What stands against using a tool with this setting; empty when nothing does.
template <class Setting>
std::string trouble_of(const Result<Setting>& setting) {
  return setting ? setting->trouble : setting.error().message;
}

}  // namespace pscheduler::plugins
