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
  std::optional<Duration> tool_gone;  // when the process that was started last went, in time that never steps
  bool placed = false;                // somebody else chose its time
};

struct KnownTask {
  SchedulingClass scheduling_class = SchedulingClass::background;  // by its test, whatever the store says
  Schedule schedule;
  Duration duration{};
  TaskProgress progress;
  std::optional<Instant> latest_end;               // over the slots of all its runs ever
  std::size_t runs = 0;                            // in the store
  std::set<std::pair<Instant, RunId>> unfinished;  // by start
};

class Ledger {
 public:
  Ledger(Findings& findings, Trace& trace) : findings_(findings), trace_(trace) {}

  // Changes that have just become durable.
  void take(const ports::Changes& changes, Instant now);

  // The unfinished run of the task with that start, for whose tool a process is being started; null: none. Of
  // several one whose tool has not been started.
  [[nodiscard]] std::pair<RunId, KnownRun*> unfinished_run(TaskId task, Instant start);
  void tool_has_gone(RunId id, Duration time);
  [[nodiscard]] const KnownRun* run(RunId id) const;
  [[nodiscard]] const KnownTask* task(TaskId id) const;

  [[nodiscard]] const std::map<TaskId, KnownTask>& tasks() const { return tasks_; }
  [[nodiscard]] bool was_removed(TaskId id) const { return removed_tasks_.contains(id); }
  // Those in the store, and how many there ever were.
  [[nodiscard]] const std::unordered_map<RunId, KnownRun>& runs() const { return runs_; }
  [[nodiscard]] std::uint64_t runs_ever() const { return runs_ever_; }

  // Of unfinished runs, by the end of their slots.
  [[nodiscard]] const std::set<std::pair<Instant, RunId>>& unfinished_by_end() const { return by_end_; }
  // Of unfinished normal and exclusive runs, by start.
  [[nodiscard]] const std::map<std::pair<Instant, RunId>, TimeRange>& occupied() const { return occupied_; }

 private:
  void take_new(const Run& run, Instant now);
  void take_changed(const Run& run, Instant now);
  void take_removed(RunId id, Instant now);
  void take_removed(TaskId id, Instant now);
  void take_history(const ports::Changes& changes, Instant now);
  void check_reasons(const Run& run, Instant now);
  void check_pause(RunId id, const Run& run, Instant now);
  void check_apart(RunId id, const KnownRun& run, Instant now);
  void enter(RunId id, const KnownRun& run, Instant now);
  void leave(RunId id, const KnownRun& run);

  Findings& findings_;
  Trace& trace_;
  std::map<TaskId, KnownTask> tasks_;
  std::set<TaskId> removed_tasks_;  // because they were old
  std::unordered_map<RunId, KnownRun> runs_;
  std::uint64_t runs_ever_ = 0;
  std::set<std::pair<Instant, RunId>> by_end_;
  std::map<std::pair<Instant, RunId>, TimeRange> occupied_;
  Pause pause_;
  Instant paused_at_;
  Duration longest_{};  // of the slots ever in occupied_
};

// "UUID (exclusive, 12:00:00Z to 12:01:00Z)", for findings.
std::string describe(RunId id, const TimeRange& times);

}  // namespace pscheduler::sim
