#pragma once
// The runs that occupy this node's time, and the free room between them (spec scheduling.md 7).
//
// Ranges are half-open: a run may start in the very instant in which another ends. Anytime runs (background,
// background-multi) occupy nothing and are not kept here.
//
// Priority: a run gives way to another of higher priority as long as it is not firm, that is, until its tool
// is being started; a task without a priority has 0. Of equal priorities the first one has the time, unless
// both take turns: then it is the one with the smaller lot.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/model/scheduling_class.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::schedule {

// Whether runs of the two classes may overlap.
bool may_overlap(SchedulingClass one, SchedulingClass other);

// Of runs that take turns with others of the same priority.
struct Turn {
  std::uint64_t lot = 0;  // the smaller one goes first
  // Of a run, since when it has its time; of a newcomer, since when its task is known. What was there before
  // the newcomer's task keeps its time.
  Instant since;
};

struct Occupation {
  RunId run;
  SchedulingClass scheduling_class = SchedulingClass::exclusive;
  TimeRange times;
  std::int64_t priority = 0;
  bool firm = false;  // gives way to nobody
  std::optional<Turn> turn = std::nullopt;
};

// Whose time counts as free for a newcomer: runs that are not firm and of lower priority, and those of the
// same that start at `not_before` or later and whose turn comes after its own.
struct Displacing {
  Displacing(std::int64_t lower_than) : priority(lower_than) {}  // a priority says it all for most
  std::int64_t priority;
  std::optional<Turn> turn;
  Instant not_before;
};

// What is looked for: room for a run of `length` that starts in [earliest, latest_start].
struct SlotRequest {
  SchedulingClass scheduling_class = SchedulingClass::exclusive;
  Instant earliest;
  Instant latest_start;
  Duration length{};
  std::optional<Displacing> displacing = std::nullopt;  // absent: nobody
};

class Timeline {
 public:
  Timeline();
  ~Timeline();
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  // Takes the time of a run; anytime classes and empty ranges are ignored. False when the run is there
  // already; its time stays as it is then.
  bool insert(const Occupation& occupation);

  // Frees the time of a run; unknown runs are ignored.
  void erase(const RunId& run);

  // From now on the run gives way to nobody; unknown runs are ignored.
  void make_firm(const RunId& run);

  // The occupation with the earliest start, overlapping `times`, that a run of this class may not overlap.
  [[nodiscard]] std::optional<Occupation> first_conflict(
      SchedulingClass scheduling_class, const TimeRange& times,
      const std::optional<Displacing>& displacing = std::nullopt) const;

  // Those a run of this class would displace if it took `times`, by start.
  [[nodiscard]] std::vector<Occupation> displaced_by(SchedulingClass scheduling_class, const TimeRange& times,
                                                     const Displacing& displacing) const;

  // The earliest free range for the request; absent when there is none. O(log n) when nothing is displaced.
  [[nodiscard]] std::optional<TimeRange> find_slot(const SlotRequest& request) const;

  // The free ranges of at least min_length within a window, in order.
  [[nodiscard]] std::vector<TimeRange> gaps(SchedulingClass scheduling_class, const TimeRange& window,
                                            Duration min_length,
                                            const std::optional<Displacing>& displacing = std::nullopt) const;

  [[nodiscard]] std::optional<Occupation> find(const RunId& run) const;
  [[nodiscard]] std::size_t size() const;

 private:
  struct Rooms;
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace pscheduler::schedule
