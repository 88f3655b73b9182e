#include "pscheduler/schedule/timeline.hpp"

#include <algorithm>
#include <array>

namespace pscheduler::schedule {

bool may_overlap(SchedulingClass one, SchedulingClass other) {
  const auto& first = traits(one);
  const auto& second = traits(other);
  return first.anytime || second.anytime || (!first.exclusive && !second.exclusive);
}

const Timeline::Lane& Timeline::lane(SchedulingClass scheduling_class) const {
  return scheduling_class == SchedulingClass::exclusive ? exclusive_ : normal_;
}

Timeline::Lane& Timeline::lane(SchedulingClass scheduling_class) {
  return scheduling_class == SchedulingClass::exclusive ? exclusive_ : normal_;
}

bool Timeline::insert(const Occupation& occupation) {
  if (traits(occupation.scheduling_class).anytime || occupation.times.empty()) return true;
  if (!by_run_.emplace(occupation.run, occupation).second) return false;
  auto& runs = lane(occupation.scheduling_class);
  runs.end_by_start.emplace(std::pair(occupation.times.start, occupation.run), occupation.times.end);
  runs.lengths.insert(occupation.times.length());
  return true;
}

void Timeline::erase(const RunId& run) {
  const auto found = by_run_.find(run);
  if (found == by_run_.end()) return;
  const auto& occupation = found->second;
  auto& runs = lane(occupation.scheduling_class);
  runs.end_by_start.erase(std::pair(occupation.times.start, run));
  runs.lengths.erase(runs.lengths.find(occupation.times.length()));
  by_run_.erase(found);
}

std::optional<Occupation> Timeline::first_conflict(SchedulingClass scheduling_class,
                                                   const TimeRange& times) const {
  std::optional<Occupation> first;
  if (times.empty()) return first;
  for (const auto other : {SchedulingClass::normal, SchedulingClass::exclusive}) {
    const auto& runs = lane(other);
    if (may_overlap(scheduling_class, other) || runs.lengths.empty()) continue;
    const Instant look_from = times.start - *runs.lengths.rbegin();
    for (auto it = runs.end_by_start.lower_bound(std::pair(look_from, RunId{}));
         it != runs.end_by_start.end() && it->first.first < times.end; ++it) {
      if (it->second <= times.start) continue;
      if (!first || it->first.first < first->times.start) {
        first = Occupation{it->first.second, other, TimeRange{it->first.first, it->second}};
      }
      break;
    }
  }
  return first;
}

std::optional<TimeRange> Timeline::find_slot(const SlotRequest& request) const {
  Instant start = request.earliest;
  while (start <= request.latest_start) {
    const TimeRange candidate{start, start + request.length};
    const auto conflict = first_conflict(request.scheduling_class, candidate);
    if (!conflict) return candidate;
    start = conflict->times.end;
  }
  return std::nullopt;
}

std::vector<TimeRange> Timeline::gaps(SchedulingClass scheduling_class, const TimeRange& window,
                                      Duration min_length) const {
  std::vector<TimeRange> free;
  Instant at = window.start;
  while (at < window.end) {
    const auto conflict = first_conflict(scheduling_class, TimeRange{at, window.end});
    const Instant gap_end = conflict ? std::max(at, conflict->times.start) : window.end;
    const TimeRange gap{at, gap_end};
    if (!gap.empty() && gap.length() >= min_length) free.push_back(gap);
    if (!conflict) break;
    at = std::max(at, conflict->times.end);
  }
  return free;
}

}  // namespace pscheduler::schedule
