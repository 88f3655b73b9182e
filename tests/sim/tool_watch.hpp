#pragma once
// Which tools are at work on a node, and whether they may be.

#include <optional>
#include <vector>

#include "component/scripted_plugins.hpp"
#include "sim/ledger.hpp"

namespace pscheduler::sim {

// By how many millionths a node's calendar may be too fast or too slow.
inline constexpr std::int64_t kDriftMaxPpm = 100;

class ToolWatch {
 public:
  ToolWatch(Ledger& ledger, Findings& findings, Trace& trace)
      : ledger_(ledger), findings_(findings), trace_(trace) {}

  // A process of a tool was started or has gone. `time` never steps, unlike the calendar.
  void take(const test::ToolCall& call, Duration time);

  // After each step: whose slot has begun, and who should have gone.
  void check(Instant now, Duration time);

  // No process survives it.
  void power_lost() { processes_.clear(); }

  [[nodiscard]] bool is_at_work(RunId run) const;

  [[nodiscard]] std::uint64_t started() const { return started_; }

 private:
  struct Process {
    RunId run;
    TaskId task;
    SchedulingClass scheduling_class;
    TimeRange times;
    std::optional<Duration> slot_ends;  // known from the moment in which it begins to work
  };

  void started(const test::ToolCall& call);
  void begin(Process& process, Instant now, Duration time);

  Ledger& ledger_;
  Findings& findings_;
  Trace& trace_;
  std::vector<Process> processes_;
  std::uint64_t started_ = 0;
};

}  // namespace pscheduler::sim
