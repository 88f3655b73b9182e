#include "pscheduler/schedule/timeline.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

namespace pscheduler::schedule {

bool may_overlap(SchedulingClass one, SchedulingClass other) {
  const auto& first = traits(one);
  const auto& second = traits(other);
  return first.anytime || second.anytime || (!first.exclusive && !second.exclusive);
}

namespace {

bool stands_in_the_way(const Occupation& occupation, std::optional<std::int64_t> displacing) {
  return !displacing || occupation.firm || occupation.priority >= *displacing;
}

// The runs of one class by start. The longest length bounds how far before an instant a run that covers it
// can have begun, so that a search needs to look at few others.
struct Lane {
  std::map<std::pair<Instant, RunId>, Occupation> by_start;
  std::multiset<Duration> lengths;

  // Calls visit(occupation) for those overlapping `times`, by start, until it answers false.
  template <class Visit>
  void each(const TimeRange& times, Visit visit) const {
    if (lengths.empty()) return;
    const Instant look_from = times.start - *lengths.rbegin();
    for (auto it = by_start.lower_bound(std::pair(look_from, RunId{}));
         it != by_start.end() && it->first.first < times.end; ++it) {
      if (it->second.times.end > times.start && !visit(it->second)) return;
    }
  }
};

}  // namespace

struct Timeline::Rooms {
  Lane normal;
  Lane exclusive;
  std::unordered_map<RunId, TimeRange> normal_runs;
  std::unordered_map<RunId, TimeRange> exclusive_runs;

  Lane& lane(SchedulingClass scheduling_class) {
    return scheduling_class == SchedulingClass::exclusive ? exclusive : normal;
  }
  std::pair<Lane*, TimeRange> place_of(const RunId& run) {
    if (const auto found = normal_runs.find(run); found != normal_runs.end()) return {&normal, found->second};
    if (const auto found = exclusive_runs.find(run); found != exclusive_runs.end()) {
      return {&exclusive, found->second};
    }
    return {nullptr, {}};
  }
};

Timeline::Timeline() : rooms_(std::make_unique<Rooms>()) {}
Timeline::~Timeline() = default;

bool Timeline::insert(const Occupation& occupation) {
  if (traits(occupation.scheduling_class).anytime || occupation.times.empty()) return true;
  if (rooms_->place_of(occupation.run).first != nullptr) return false;
  auto& runs = occupation.scheduling_class == SchedulingClass::exclusive ? rooms_->exclusive_runs
                                                                         : rooms_->normal_runs;
  runs.emplace(occupation.run, occupation.times);
  auto& lane = rooms_->lane(occupation.scheduling_class);
  lane.by_start.emplace(std::pair(occupation.times.start, occupation.run), occupation);
  lane.lengths.insert(occupation.times.length());
  return true;
}

void Timeline::erase(const RunId& run) {
  const auto [lane, times] = rooms_->place_of(run);
  if (lane == nullptr) return;
  lane->by_start.erase(std::pair(times.start, run));
  lane->lengths.erase(lane->lengths.find(times.length()));
  rooms_->normal_runs.erase(run);
  rooms_->exclusive_runs.erase(run);
}

void Timeline::make_firm(const RunId& run) {
  const auto [lane, times] = rooms_->place_of(run);
  if (lane != nullptr) lane->by_start.at(std::pair(times.start, run)).firm = true;
}

std::optional<Occupation> Timeline::first_conflict(SchedulingClass scheduling_class, const TimeRange& times,
                                                   std::optional<std::int64_t> displacing) const {
  std::optional<Occupation> first;
  if (times.empty()) return first;
  for (const auto other : {SchedulingClass::normal, SchedulingClass::exclusive}) {
    if (may_overlap(scheduling_class, other)) continue;
    rooms_->lane(other).each(times, [&](const Occupation& occupation) {
      if (!stands_in_the_way(occupation, displacing)) return true;
      if (!first || occupation.times.start < first->times.start) first = occupation;
      return false;
    });
  }
  return first;
}

std::vector<Occupation> Timeline::displaced_by(SchedulingClass scheduling_class, const TimeRange& times,
                                               std::int64_t priority) const {
  std::vector<Occupation> displaced;
  if (times.empty()) return displaced;
  for (const auto other : {SchedulingClass::normal, SchedulingClass::exclusive}) {
    if (may_overlap(scheduling_class, other)) continue;
    rooms_->lane(other).each(times, [&](const Occupation& occupation) {
      if (!stands_in_the_way(occupation, priority)) displaced.push_back(occupation);
      return true;
    });
  }
  std::sort(displaced.begin(), displaced.end(),
            [](const Occupation& a, const Occupation& b) { return a.times.start < b.times.start; });
  return displaced;
}

std::optional<TimeRange> Timeline::find_slot(const SlotRequest& request) const {
  Instant start = request.earliest;
  while (start <= request.latest_start) {
    const TimeRange candidate{start, start + request.length};
    const auto conflict = first_conflict(request.scheduling_class, candidate, request.displacing);
    if (!conflict) return candidate;
    start = conflict->times.end;
  }
  return std::nullopt;
}

std::vector<TimeRange> Timeline::gaps(SchedulingClass scheduling_class, const TimeRange& window,
                                      Duration min_length, std::optional<std::int64_t> displacing) const {
  std::vector<TimeRange> free;
  Instant at = window.start;
  while (at < window.end) {
    const auto conflict = first_conflict(scheduling_class, TimeRange{at, window.end}, displacing);
    const Instant gap_end = conflict ? std::max(at, conflict->times.start) : window.end;
    const TimeRange gap{at, gap_end};
    if (!gap.empty() && gap.length() >= min_length) free.push_back(gap);
    if (!conflict) break;
    at = std::max(at, conflict->times.end);
  }
  return free;
}

std::optional<Occupation> Timeline::find(const RunId& run) const {
  const auto [lane, times] = rooms_->place_of(run);
  if (lane == nullptr) return std::nullopt;
  return lane->by_start.at(std::pair(times.start, run));
}

std::size_t Timeline::size() const {
  return rooms_->normal_runs.size() + rooms_->exclusive_runs.size();
}

}  // namespace pscheduler::schedule
