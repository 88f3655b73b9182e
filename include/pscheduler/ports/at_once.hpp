#pragma once
// The same step for several things, all of them at once.

#include <cstddef>
#include <functional>

#include "pscheduler/ports/async.hpp"

namespace pscheduler::ports {

// Runs step(0) … step(count - 1) and ends when all have ended; cancelling it cancels them. An exception that
// leaves a step is thrown in the end, once the others have ended.
Async<void> at_once(asio::any_io_executor executor, std::size_t count,
                    std::function<Async<void>(std::size_t)> step);

}  // namespace pscheduler::ports
