#pragma once
// A context: changes where a tool runs, then becomes the tool (spec plugins.md, 8).

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/identity.hpp"

namespace pscheduler::sdk {

struct ContextPlugin {
  Identity identity;

  // Whether the context's data is usable; an error says what is wrong with it.
  Result<void> (*check_data)(const Json& data) = nullptr;

  // Changes this process. On success the SDK executes what is to run in its place; an error fails the run.
  Result<void> (*change)(const Json& data) = nullptr;
};

}  // namespace pscheduler::sdk
