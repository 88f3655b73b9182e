#pragma once
// Tells those who wait for a task's runs (long polls) that something about them has become visible.

#include <cstdint>
#include <unordered_map>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/ports/event.hpp"

namespace pscheduler::services {

class RunEvents {
  struct Topic {
    explicit Topic(const ports::asio::any_io_executor& executor) : changed(executor) {}
    ports::Event changed;
    std::uint64_t changes = 0;
    int watches = 0;
  };

 public:
  explicit RunEvents(ports::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  // One who follows the runs of a task. Nothing that changes after a look is missed by the wait that
  // follows, however long the reading in between takes.
  class Watch {
   public:
    Watch(RunEvents& events, TaskId task);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // To be called before the store is read.
    void look() { seen_ = topic_.changes; }

    // Ends when a run of the task has changed since the last look (true), or after `length` (false).
    ports::Async<bool> wait(ports::Clock& clock, Duration length);

   private:
    RunEvents& events_;
    TaskId task_;
    Topic& topic_;
    std::uint64_t seen_;
  };

  // Called after a commit that changed a run of the task.
  void changed(TaskId task);

  // How many tasks are being watched.
  [[nodiscard]] std::size_t size() const { return topics_.size(); }

 private:
  ports::asio::any_io_executor executor_;
  std::unordered_map<TaskId, Topic> topics_;  // only tasks somebody watches
};

}  // namespace pscheduler::services
