#pragma once
// What has become durable on a node, learned from its commits alone, and held against the rules.

#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

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
  std::optional<Instant> expires;
  bool placed = false;  // somebody else chose its time
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
  // `keep`: how long what is over has to stay.
  Ledger(Duration keep, Findings& findings, Trace& trace) : keep_(keep), findings_(findings), trace_(trace) {}

  // Changes that have just become durable.
  void take(const ports::Changes& changes, Instant now);

  // The unfinished run of the task with that start, for whose tool a process is being started; null: none. Of
  // several one whose tool has not been started.
  [[nodiscard]] std::pair<RunId, KnownRun*> unfinished_run(TaskId task, Instant start);
  void tool_has_gone(RunId id, Duration time);
  // Somebody asks for it to be removed.
  void is_unwanted(RunId id) { unwanted_.insert(id); }
  [[nodiscard]] bool was_unwanted(RunId id) const { return unwanted_.contains(id); }
  [[nodiscard]] const KnownRun* run(RunId id) const;
  [[nodiscard]] const KnownTask* task(TaskId id) const;

  [[nodiscard]] const std::map<TaskId, KnownTask>& tasks() const { return tasks_; }
  [[nodiscard]] bool was_removed(TaskId id) const { return removed_tasks_.contains(id); }
  // Those in the store, and how many there ever were.
  [[nodiscard]] const std::unordered_map<RunId, KnownRun>& runs() const { return runs_; }
  [[nodiscard]] std::uint64_t runs_ever() const { return runs_ever_; }

  // Those that have come to their end since this was last asked.
  [[nodiscard]] std::vector<RunId> take_ended() { return std::exchange(ended_, {}); }

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
  void check_removal(RunId id, const KnownRun& run, Instant now);
  void check_reasons(const Run& run, Instant now);
  void check_pause(RunId id, const Run& run, Instant now);
  void check_apart(RunId id, const KnownRun& run, Instant now);
  void enter(RunId id, const KnownRun& run, Instant now);
  void leave(RunId id, const KnownRun& run);

  Duration keep_;
  Findings& findings_;
  Trace& trace_;
  std::map<TaskId, KnownTask> tasks_;
  std::set<TaskId> removed_tasks_;  // because they were old
  std::unordered_map<RunId, KnownRun> runs_;
  std::uint64_t runs_ever_ = 0;
  std::set<RunId> unwanted_;
  std::vector<RunId> ended_;
  Instant latest_now_;  // the latest that its calendar ever showed
  std::set<std::pair<Instant, RunId>> by_end_;
  std::map<std::pair<Instant, RunId>, TimeRange> occupied_;
  Pause pause_;
  Instant paused_at_;
  Duration longest_{};  // of the slots ever in occupied_
};

// "UUID (exclusive, 12:00:00Z to 12:01:00Z)", for findings.
std::string describe(RunId id, const TimeRange& times);

}  // namespace pscheduler::sim
