#pragma once
// The plug-ins a program holds.

#include <span>

#include "pscheduler/plugin_sdk/archiver_plugin.hpp"
#include "pscheduler/plugin_sdk/context_plugin.hpp"
#include "pscheduler/plugin_sdk/test_plugin.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"

namespace pscheduler::sdk {

struct Catalogue {
  std::span<const TestPlugin* const> tests;
  std::span<const ToolPlugin* const> tools;
  std::span<const ArchiverPlugin* const> archivers;
  std::span<const ContextPlugin* const> contexts;
};

}  // namespace pscheduler::sdk
