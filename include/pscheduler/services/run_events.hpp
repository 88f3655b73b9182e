#pragma once
// Tells those who wait for a task's runs (long polls) that something about them has become visible.

#include <memory>
#include <unordered_map>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/ports/event.hpp"

namespace pscheduler::services {

class RunEvents {
 public:
  explicit RunEvents(ports::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  // Called after a commit that changed a run of the task.
  void changed(TaskId task);

  // Ends at the next change of a run of the task (true) or after `length` (false). The caller looks at the
  // store between deciding to wait and waiting without giving up the thread, so that no change is missed.
  ports::Async<bool> wait_for_change(TaskId task, ports::Clock& clock, Duration length);

 private:
  ports::asio::any_io_executor executor_;
  std::unordered_map<TaskId, std::weak_ptr<ports::Event>> events_;  // only tasks somebody waits for
};

}  // namespace pscheduler::services
