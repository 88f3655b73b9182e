#include "pscheduler/schedule/timeline.hpp"

#include <algorithm>
#include <unordered_map>

#include "room_tree.hpp"
#include "rules.hpp"

namespace pscheduler::schedule {
namespace {

bool occupies(SchedulingClass scheduling_class) {
  return !traits(scheduling_class).anytime;
}

// Of a class that occupies time.
View view_of(SchedulingClass scheduling_class) {
  return traits(scheduling_class).exclusive ? View::of_exclusive : View::of_normal;
}

Occupation occupation_of(const RoomNode& node) {
  return {*node.run,  node.exclusive ? SchedulingClass::exclusive : SchedulingClass::normal,
          node.times, node.priority,
          node.firm,  node.turn};
}

}  // namespace

struct Timeline::Rooms {
  std::unordered_map<RunId, RoomNode> nodes;  // whose addresses stay
  RoomTree tree;

  // Whether the node keeps a newcomer away that lies in its view.
  static bool stands(const RoomNode& node, SchedulingClass newcomer,
                     const std::optional<Displacing>& displacing) {
    return verdict(newcomer, displacing, occupation_of(node)) == Verdict::stands;
  }
};

Timeline::Timeline() : rooms_(std::make_unique<Rooms>()) {}
Timeline::~Timeline() = default;

bool Timeline::insert(const Occupation& occupation) {
  if (!occupies(occupation.scheduling_class) || occupation.times.empty()) return true;
  const auto [place, is_new] = rooms_->nodes.try_emplace(occupation.run);
  if (!is_new) return false;
  RoomNode& node = place->second;
  node.run = &place->first;
  node.times = occupation.times;
  node.priority = occupation.priority;
  node.turn = occupation.turn;
  node.exclusive = traits(occupation.scheduling_class).exclusive;
  node.firm = occupation.firm;
  rooms_->tree.insert(node);
  return true;
}

void Timeline::erase(const RunId& run) {
  const auto found = rooms_->nodes.find(run);
  if (found == rooms_->nodes.end()) return;
  rooms_->tree.erase(found->second);
  rooms_->nodes.erase(found);
}

void Timeline::make_firm(const RunId& run) {
  if (const auto found = rooms_->nodes.find(run); found != rooms_->nodes.end()) found->second.firm = true;
}

std::optional<Occupation> Timeline::first_conflict(SchedulingClass scheduling_class, const TimeRange& times,
                                                   const std::optional<Displacing>& displacing) const {
  std::optional<Occupation> first;
  if (!occupies(scheduling_class) || times.empty()) return first;
  rooms_->tree.each_overlapping(view_of(scheduling_class), times, [&](const RoomNode& node) {
    if (!Rooms::stands(node, scheduling_class, displacing)) return true;
    first = occupation_of(node);
    return false;
  });
  return first;
}

std::vector<Occupation> Timeline::displaced_by(SchedulingClass scheduling_class, const TimeRange& times,
                                               const Displacing& displacing) const {
  std::vector<Occupation> displaced;
  if (!occupies(scheduling_class) || times.empty()) return displaced;
  rooms_->tree.each_overlapping(view_of(scheduling_class), times, [&](const RoomNode& node) {
    if (!Rooms::stands(node, scheduling_class, displacing)) displaced.push_back(occupation_of(node));
    return true;
  });
  return displaced;
}

std::optional<TimeRange> Timeline::find_slot(const SlotRequest& request) const {
  Instant start = request.earliest;
  if (occupies(request.scheduling_class)) {
    const View view = view_of(request.scheduling_class);
    if (!request.displacing) {
      start = rooms_->tree.first_room(view, start, request.length).start;
    } else if (start <= request.latest_start) {
      const TimeRange window{start, request.latest_start + request.length};
      rooms_->tree.each_overlapping(view, window, [&](const RoomNode& node) {
        if (!Rooms::stands(node, request.scheduling_class, request.displacing)) return true;
        if (node.times.start - start >= request.length) return false;
        start = std::max(start, node.times.end);
        return start <= request.latest_start;
      });
    }
  }
  if (start > request.latest_start) return std::nullopt;
  return TimeRange{start, start + request.length};
}

std::vector<TimeRange> Timeline::gaps(SchedulingClass scheduling_class, const TimeRange& window,
                                      Duration min_length,
                                      const std::optional<Displacing>& displacing) const {
  std::vector<TimeRange> free;
  const auto add = [&](const TimeRange& gap) {
    if (!gap.empty() && gap.length() >= min_length) free.push_back(gap);
  };
  if (!occupies(scheduling_class)) {
    add(window);
    return free;
  }
  const View view = view_of(scheduling_class);
  Instant at = window.start;
  if (displacing) {
    rooms_->tree.each_overlapping(view, window, [&](const RoomNode& node) {
      if (!Rooms::stands(node, scheduling_class, displacing)) return true;
      add({at, node.times.start});
      at = std::max(at, node.times.end);
      return true;
    });
    add({at, window.end});
    return free;
  }
  while (at < window.end) {
    const TimeRange room = rooms_->tree.first_room(view, at, std::max(min_length, Duration(1)));
    add({room.start, std::min(room.end, window.end)});
    at = room.end;
  }
  return free;
}

std::optional<Occupation> Timeline::find(const RunId& run) const {
  const auto found = rooms_->nodes.find(run);
  if (found == rooms_->nodes.end()) return std::nullopt;
  return occupation_of(found->second);
}

std::size_t Timeline::size() const {
  return rooms_->nodes.size();
}

}  // namespace pscheduler::schedule
