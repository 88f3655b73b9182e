#pragma once
// Which tool a server would measure with, and for how long, without posting the task.

#include <optional>
#include <string>

#include "cli/context.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::cli {

struct ToolChoice {
  std::string name;
  std::optional<Duration> length;  // of a run; servers other than pschedulerd do not tell
};

// Of the tools the task names, else of all, the first that can run its test, as the server itself chooses.
// Fails with the reasons of the tools when there is none.
Result<ToolChoice> choose_tool(Context& context, const std::string& host, const Json& task,
                               const CallOptions& options);

}  // namespace pscheduler::cli
