#include "shared/server_program.hpp"

#include <fmt/format.h>

namespace pscheduler::plugins {

Result<ServerProgram> server_program(const PluginConfig& config, const UsualProgram& usual) {
  const auto port = config.port("server_port", usual.port);
  if (!port) return fail(port.error());
  const auto key = fmt::format("{}_cmd", usual.tool);
  ServerProgram setting{config.text(key, usual.program), *port, {}};
  setting.trouble = config.trouble_with_program(key, setting.program, usual.package);
  return setting;
}

Result<ServerProgram> server_program(const UsualProgram& usual) {
  const auto config = PluginConfig::of_tool(usual.tool);
  if (!config) return fail(config.error());
  return server_program(*config, usual);
}

}  // namespace pscheduler::plugins
