#include "pscheduler/services/claims.hpp"

#include <tuple>

namespace pscheduler::services {

bool goes_before(const Rank& one, const Rank& other) {
  if (one.priority != other.priority) return one.priority > other.priority;
  return std::tie(one.lot, one.task) < std::tie(other.lot, other.task);
}

void Claims::negotiate(RunId run, const Rank& rank) {
  ranks_[run] = rank;
}

void Claims::hold(Run run, SchedulingClass scheduling_class, const Rank& rank) {
  const RunId id = run.id;
  ranks_[id] = rank;
  by_end_.emplace(run.held_until.value_or(run.times.start), id);
  by_task_.emplace(run.task, id);
  held_.insert_or_assign(id, HeldRun{std::move(run), scheduling_class, rank});
}

std::optional<Claims::HeldRun> Claims::settle(RunId run) {
  ranks_.erase(run);
  auto node = held_.extract(run);
  if (node.empty()) return std::nullopt;
  HeldRun held = std::move(node.mapped());
  by_end_.erase({held.run.held_until.value_or(held.run.times.start), run});
  by_task_.erase({held.run.task, run});
  return held;
}

std::vector<Claims::HeldRun> Claims::settle_of(TaskId task) {
  std::vector<RunId> runs;
  for (auto it = by_task_.lower_bound({task, RunId{}}); it != by_task_.end() && it->first == task; ++it) {
    runs.push_back(it->second);
  }
  std::vector<HeldRun> settled;
  for (const RunId run : runs) settled.push_back(std::move(*settle(run)));
  return settled;
}

const Rank* Claims::find(RunId run) const {
  const auto found = ranks_.find(run);
  return found == ranks_.end() ? nullptr : &found->second;
}

std::optional<Instant> Claims::next_end() const {
  if (by_end_.empty()) return std::nullopt;
  return by_end_.begin()->first;
}

std::vector<RunId> Claims::ended_by(Instant now) const {
  std::vector<RunId> ended;
  for (const auto& [end, run] : by_end_) {
    if (end > now) break;
    ended.push_back(run);
  }
  return ended;
}

}  // namespace pscheduler::services
