#pragma once
// What all nodes together have made durable of the tasks and runs that they share, learned from their
// commits.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/model/run.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/store.hpp"
#include "sim_mesh/rules.hpp"

namespace pscheduler::sim_mesh {

// A run on one of its nodes.
struct Part {
  TimeRange times;
  Instant since;                      // true time at which it got there
  std::optional<Instant> ended = {};  // true time of its final state
  std::optional<Instant> nominal = {};
  RunState state = RunState::pending;
  std::string errors = {};
  bool there = true;       // not removed
  bool held = false;       // it was or is on the schedule there
  bool confirmed = false;  // and not only on trial
  bool tool_started = false;
  int status = 0;  // of the tool
};

struct SharedRun {
  TaskId task;
  std::map<std::string, Part> parts;  // by node
};

struct SharedTask {
  std::vector<std::string> nodes;  // the first one leads
  Schedule schedule;
  Duration duration{};
  Instant since;                                 // true time
  bool fails = false;                            // its tools do not succeed
  bool streams = false;                          // its runs are long, and each node's result is its own
  std::map<std::string, TaskProgress> progress;  // by node
  bool accepted = false;

  [[nodiscard]] const std::string& lead() const { return nodes.front(); }
  [[nodiscard]] bool is_enabled_on(const std::string& node) const {
    const auto found = progress.find(node);
    return found != progress.end() && found->second.enabled;
  }
};

// "run UUID on b", for findings.
std::string describe(RunId run, const std::string& node);

class Accord {
 public:
  explicit Accord(Findings& findings) : findings_(findings) {}

  // Changes that have just become durable on a node; `now` is the true time.
  void take(const std::string& node, const ports::Changes& changes, Instant now);

  void tool_started(const std::string& node, RunId run, Instant now);

  // A client was told that the task is there.
  void accepted(TaskId task, Instant now);

  [[nodiscard]] const std::map<TaskId, SharedTask>& tasks() const { return tasks_; }
  [[nodiscard]] const std::map<RunId, SharedRun>& runs() const { return runs_; }

 private:
  void take_run(const std::string& node, const Run& run, Instant now);

  Findings& findings_;
  std::map<TaskId, SharedTask> tasks_;
  std::map<RunId, SharedRun> runs_;
};

}  // namespace pscheduler::sim_mesh
