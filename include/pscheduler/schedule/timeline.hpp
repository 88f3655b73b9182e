#pragma once
// The runs that occupy this node's time, and the free room between them (spec scheduling.md 7).
//
// Ranges are half-open: a run may start in the very instant in which another ends. Anytime runs (background,
// background-multi) occupy nothing and are not kept here.
//
// Priority: a run gives way to another of higher priority as long as it is not firm, that is, until its tool
// is being started. Equal priorities never displace each other; a task without a priority has 0.

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

struct Occupation {
  RunId run;
  SchedulingClass scheduling_class = SchedulingClass::exclusive;
  TimeRange times;
  std::int64_t priority = 0;
  bool firm = false;  // gives way to nobody
};

// What is looked for: room for a run of `length` that starts in [earliest, latest_start].
struct SlotRequest {
  SchedulingClass scheduling_class = SchedulingClass::exclusive;
  Instant earliest;
  Instant latest_start;
  Duration length{};
  // Runs that are not firm and of lower priority than this count as free; absent: none does.
  std::optional<std::int64_t> displacing = std::nullopt;
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
      std::optional<std::int64_t> displacing = std::nullopt) const;

  // Those a run of this class and priority would displace if it took `times`, by start.
  [[nodiscard]] std::vector<Occupation> displaced_by(SchedulingClass scheduling_class, const TimeRange& times,
                                                     std::int64_t priority) const;

  // The earliest free range for the request; absent when there is none. O(log n) when nothing is displaced.
  [[nodiscard]] std::optional<TimeRange> find_slot(const SlotRequest& request) const;

  // The free ranges of at least min_length within a window, in order.
  [[nodiscard]] std::vector<TimeRange> gaps(SchedulingClass scheduling_class, const TimeRange& window,
                                            Duration min_length,
                                            std::optional<std::int64_t> displacing = std::nullopt) const;

  [[nodiscard]] std::optional<Occupation> find(const RunId& run) const;
  [[nodiscard]] std::size_t size() const;

 private:
  struct Rooms;
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace pscheduler::schedule
