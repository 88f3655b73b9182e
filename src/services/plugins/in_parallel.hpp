#pragma once
// The same step for several things, a few at a time.

#include <cstddef>
#include <functional>

#include "pscheduler/ports/async.hpp"

namespace pscheduler::services {

// Runs step(0) … step(count - 1), at most four at once: enough to hide the start of interpreters, few enough
// to leave a small host responsive. Ends when all have ended; cancelling it cancels them.
ports::Async<void> in_parallel(std::size_t count, std::function<ports::Async<void>(std::size_t)> step);

}  // namespace pscheduler::services
