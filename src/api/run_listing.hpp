#pragma once
// Runs of many tasks as one long JSON array, made piece by piece (spec api.md 13).

#include <map>
#include <string>
#include <unordered_map>

#include "call.hpp"
#include "pscheduler/ports/schedule_view.hpp"

namespace pscheduler::api {

// Elements of GET /schedule and /monitor. What belongs to a task or a plug-in is made once and kept, within
// bounds, as text.
class RunListing {
 public:
  enum class Form { schedule, monitor };

  RunListing(const Call& call, Form form);

  // Whether append() can do without the task's document.
  [[nodiscard]] bool knows(TaskId task) const { return tasks_.contains(task); }
  void learn(const Task& task);

  // Adds the element of a run whose task is known; `past_present_future` is -1, 0 or 1, for monitors.
  void append(std::string& text, const ports::ScheduledRun& run, int past_present_future);

  // What closes the array that "[" has opened.
  [[nodiscard]] std::string end() const;

 private:
  const std::string& plugin_text(services::PluginClass plugin_class, const std::string& name);

  const services::Plugins& plugins_;
  const std::string root_url_;
  const Zone zone_;
  const Form form_;
  const bool pretty_;
  bool empty_ = true;
  std::unordered_map<TaskId, std::string> tasks_;  // the members that all runs of a task share
  std::size_t tasks_bytes_ = 0;
  std::map<std::pair<services::PluginClass, std::string>, std::string> plugins_text_;
};

// Runs in the order in which they are listed.
class RunSource {
 public:
  struct Item {
    ports::ScheduledRun run;
    int past_present_future = 0;
  };
  virtual ~RunSource() = default;

  // Nothing at the end.
  virtual ports::AsyncResult<std::optional<Item>> next() = 0;
};

// The answer that lists what the source gives.
HttpResponse list_runs(const Call& call, RunListing::Form form, std::unique_ptr<RunSource> source);

}  // namespace pscheduler::api
