#pragma once
// How much sooner the process of a tool is started that runs in contexts.

#include "pscheduler/model/task.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::services {

// For each context a shell and a program, which may be an interpreter, begin before the tool does.
inline constexpr Duration kContextLead = std::chrono::milliseconds(250);

// Of this node's part of the task; nothing when it runs in no context.
Duration context_lead(const Task& task);

}  // namespace pscheduler::services
