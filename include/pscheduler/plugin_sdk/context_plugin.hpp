#pragma once
// A context: changes where a tool runs, then becomes the tool (spec plugins.md, 8).

#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/identity.hpp"

namespace pscheduler::sdk {

// A program with its arguments, to which another program is added as the last one; empty: none.
using CommandPrefix = std::vector<std::string>;

struct ContextPlugin {
  Identity identity;

  // Whether the context's data is usable; an error says what is wrong with it.
  Result<void> (*check_data)(const Json& data) = nullptr;

  // Changes this process, or names a program that changes itself and then becomes what it is given. On
  // success the SDK executes what is to run in its place, by way of that program; an error fails the run.
  Result<CommandPrefix> (*change)(const Json& data) = nullptr;
};

}  // namespace pscheduler::sdk
