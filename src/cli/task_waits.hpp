#pragma once
// What a task's lead is waiting for, in words, while a command waits for the lead.

#include <string>
#include <vector>

#include "cli/context.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::cli {

// "Waiting for b.example.org to hold time for the run", from the detail of a task; empty when the lead waits
// for nobody, or is a server that does not tell.
std::string wait_in_words(const Json& task);

// The sentences for one task; `task` is the task with its detail. Asks the lead itself, briefly.
class TaskWaits {
 public:
  TaskWaits(Context& context, std::string task_url, CallOptions call, const Json& task);

  // While its first run is being agreed on.
  [[nodiscard]] std::string until_planned() const;

  // While a run of it is being waited for. The lead is asked seldom before the end of the slot, as all that
  // could happen is that the run ends early.
  [[nodiscard]] std::string until_over(const TimeRange& slot, Duration waited);

 private:
  [[nodiscard]] std::string asked() const;

  Context& context_;
  std::string task_url_;
  CallOptions call_;
  std::string lead_;
  std::vector<std::string> others_;
  Duration asked_at_;
  std::string last_answer_;
};

}  // namespace pscheduler::cli
