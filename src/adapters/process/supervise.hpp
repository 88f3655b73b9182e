#pragma once
// Awaiting a supervision.

#include <memory>

#include "adapters/process/supervision.hpp"
#include "pscheduler/ports/async.hpp"

namespace pscheduler::adapters {

// Runs it to its end. When cancelled, the program is terminated, and the coroutine goes on (with
// operation_aborted) only after everything is gone: no clean-up is left to the caller.
ports::Async<Finish> supervise(std::shared_ptr<Supervision> supervision);

}  // namespace pscheduler::adapters
