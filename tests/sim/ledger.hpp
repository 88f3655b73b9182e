#pragma once
// What has become durable on a node, learned from its commits alone, and held against the rules.

#include <map>
#include <set>
#include <unordered_map>

#include "pscheduler/model/run.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/store.hpp"
#include "sim/rules.hpp"
#include "sim/trace.hpp"

namespace pscheduler::sim {

struct KnownRun {
  TaskId task;
  TimeRange times;
  RunState state = RunState::pending;
  int tool_starts = 0;
  bool placed = false;  // somebody else chose its time
  bool removed = false;
};

struct KnownTask {
  SchedulingClass scheduling_class = SchedulingClass::background;  // by its test, whatever the store says
  Schedule schedule;
  Duration duration{};
  TaskProgress progress;
  std::optional<Instant> latest_end;  // over the slots of all its runs ever
  std::set<RunId> unfinished;
};

class Ledger {
 public:
  Ledger(Findings& findings, Trace& trace) : findings_(findings), trace_(trace) {}

  // Changes that have just become durable.
  void take(const ports::Changes& changes, Instant now);

  // The unfinished run of the task with that start, for whose tool a process is being started; null: none.
  [[nodiscard]] std::pair<RunId, KnownRun*> unfinished_run(TaskId task, Instant start);
  [[nodiscard]] const KnownRun* run(RunId id) const;
  [[nodiscard]] const KnownTask* task(TaskId id) const;

  [[nodiscard]] const std::map<TaskId, KnownTask>& tasks() const { return tasks_; }
  [[nodiscard]] const std::unordered_map<RunId, KnownRun>& runs() const { return runs_; }

  // Of unfinished runs, by the end of their slots.
  [[nodiscard]] const std::set<std::pair<Instant, RunId>>& unfinished_by_end() const { return by_end_; }
  // Of unfinished normal and exclusive runs, by start.
  [[nodiscard]] const std::map<std::pair<Instant, RunId>, TimeRange>& occupied() const { return occupied_; }

 private:
  void take_new(const Run& run, Instant now);
  void take_changed(const Run& run, Instant now);
  void take_removed(RunId id, Instant now);
  void take_history(const ports::Changes& changes, Instant now);
  void check_reasons(const Run& run, Instant now);
  void check_pause(RunId id, const Run& run, Instant now);
  void check_apart(RunId id, const KnownRun& run, Instant now);
  void enter(RunId id, const KnownRun& run, Instant now);
  void leave(RunId id, const KnownRun& run);

  Findings& findings_;
  Trace& trace_;
  std::map<TaskId, KnownTask> tasks_;
  std::unordered_map<RunId, KnownRun> runs_;
  std::set<std::pair<Instant, RunId>> by_end_;
  std::map<std::pair<Instant, RunId>, TimeRange> occupied_;
  Pause pause_;
  Instant paused_at_;
  Duration longest_{};  // of the slots ever in occupied_
};

// "UUID (exclusive, 12:00:00Z to 12:01:00Z)", for findings.
std::string describe(RunId id, const TimeRange& times);

}  // namespace pscheduler::sim
