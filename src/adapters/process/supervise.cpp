#include "adapters/process/supervise.hpp"

#include <utility>

#include "adapters/await_callback.hpp"

namespace pscheduler::adapters {

ports::Async<Finish> supervise(std::shared_ptr<Supervision> supervision) {
  const auto cancel = [weak = std::weak_ptr(supervision)] {
    if (const auto running = weak.lock()) running->terminate();
  };
  const auto start = [running = std::move(supervision)](Supervision::Finished finished) {
    running->start(std::move(finished));
  };
  return await_callback<Finish>(start, cancel);
}

}  // namespace pscheduler::adapters
