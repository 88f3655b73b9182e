#pragma once
// The runs of one node, learned from its commits alone, and its tools at work, held against the rules.

#include <map>
#include <set>
#include <string>

#include "component/scripted_plugins.hpp"
#include "pscheduler/model/run.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/store.hpp"
#include "sim/trace.hpp"
#include "sim_mesh/rules.hpp"

namespace pscheduler::sim_mesh {

struct KnownRun {
  TaskId task;
  SchedulingClass scheduling_class = SchedulingClass::background;  // by its test, whatever the store says
  TimeRange times;
  RunState state = RunState::pending;
  bool tool_started = false;
  bool tool_works = false;
};

// "run UUID [12:00:00Z, 12:01:00Z)", for findings.
std::string describe(RunId id, const TimeRange& times);

class Record {
 public:
  Record(std::string node, Findings& findings, sim::Trace& trace)
      : node_(std::move(node)), findings_(findings), trace_(trace) {}

  // Changes that have just become durable; `now` is the true time.
  void take(const ports::Changes& changes, Instant now);

  // A tool's process was started or has gone: the run it is for, none when there is no such run.
  std::optional<RunId> take(const test::ToolCall& call, Instant now);

  // Which tools are at work when the node's clock shows `shown`.
  void check_tools(Instant shown, Instant now);

  // No process survives it.
  void power_lost();

  // Of runs in no final state.
  [[nodiscard]] const std::set<std::pair<Instant, RunId>>& unfinished_by_end() const { return by_end_; }
  [[nodiscard]] const KnownRun& run(RunId id) const { return runs_.at(id); }
  [[nodiscard]] std::uint64_t tools() const { return tools_; }

 private:
  void take_run(const Run& run, Instant now);
  void check_apart(RunId id, const KnownRun& run, Instant now);
  void check_step(RunId id, const KnownRun& known, const Run& run, Instant now);
  std::optional<RunId> find_due(TaskId task, const TimeRange& times) const;
  std::optional<RunId> find_at_work(TaskId task, const TimeRange& times) const;
  void report(Rule rule, Instant now, const std::string& detail);

  std::string node_;
  Findings& findings_;
  sim::Trace& trace_;
  std::map<TaskId, SchedulingClass> classes_;
  std::map<RunId, KnownRun> runs_;
  std::set<std::pair<Instant, RunId>> by_end_;
  std::set<RunId> at_work_;
  std::uint64_t tools_ = 0;
};

}  // namespace pscheduler::sim_mesh
