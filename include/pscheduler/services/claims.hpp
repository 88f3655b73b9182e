#pragma once
// Runs whose time is claimed but not certain yet: those this node is agreeing on with others as their lead,
// and those that another lead has it hold (design: participants agree).
//
// Of two that want the same time one goes first: the higher priority, then the smaller lot, then the smaller
// UUID. It waits a moment for the other, which is refused at once; so two leads never wait for each other,
// and as lots are drawn anew for each attempt none always loses.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pscheduler/model/run.hpp"

namespace pscheduler::services {

struct Rank {
  std::int64_t priority = 0;
  std::uint64_t lot = 0;  // drawn for the attempt
  TaskId task;
};

// Whether `one` goes first.
bool goes_before(const Rank& one, const Rank& other);

class Claims {
 public:
  // A run this node is agreeing on.
  void negotiate(RunId run, const Rank& rank);

  // A run held for another lead, up to `run.held_until`.
  void hold(Run run, SchedulingClass scheduling_class, const Rank& rank);

  // It is certain, or gone; the held run if it was one.
  struct HeldRun {
    Run run;
    SchedulingClass scheduling_class = SchedulingClass::exclusive;
    Rank rank;
  };
  std::optional<HeldRun> settle(RunId run);
  std::vector<HeldRun> settle_of(TaskId task);

  [[nodiscard]] bool is_held(RunId run) const { return held_.contains(run); }

  // Null when the run's time is certain.
  [[nodiscard]] const Rank* find(RunId run) const;

  // When the first hold is over.
  [[nodiscard]] std::optional<Instant> next_end() const;
  [[nodiscard]] std::vector<RunId> ended_by(Instant now) const;

 private:
  std::unordered_map<RunId, Rank> ranks_;
  std::unordered_map<RunId, HeldRun> held_;
  std::set<std::pair<Instant, RunId>> by_end_;
  std::set<std::pair<TaskId, RunId>> by_task_;
};

}  // namespace pscheduler::services
