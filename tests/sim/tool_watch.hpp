#pragma once
// Which tools are at work on a node, and whether they may be.

#include <optional>
#include <vector>

#include "component/scripted_plugins.hpp"
#include "sim/ledger.hpp"

namespace pscheduler::sim {

class ToolWatch {
 public:
  // `drift_ppm`: by how many millionths the node's calendar goes too fast.
  ToolWatch(std::int64_t drift_ppm, Ledger& ledger, Findings& findings, Trace& trace)
      : drift_ppm_(drift_ppm), ledger_(ledger), findings_(findings), trace_(trace) {}

  // A process of a tool was started or has gone. `time` never steps, unlike the calendar.
  void take(const test::ToolCall& call, Duration time);

  // After each step: whose slot has begun, and who should have gone.
  void check(Instant now, Duration time);

  // Somebody sets the calendar.
  void clock_was_set(Duration time) { clock_set_ = time; }

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
    // The end of its slot as the tool measures it, and until when no other may disturb it.
    Duration slot_ends{};
    Duration alone_until{};
    bool works = false;  // else it gets ready and waits for its slot
  };

  void started(const test::ToolCall& call, Duration time);
  void begin(Process& process, Instant now, Duration time);

  std::int64_t drift_ppm_;
  Ledger& ledger_;
  Findings& findings_;
  Trace& trace_;
  std::vector<Process> processes_;
  std::optional<Duration> clock_set_;
  std::uint64_t started_ = 0;
};

}  // namespace pscheduler::sim
