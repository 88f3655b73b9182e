#pragma once
// The runs that occupy this node's time, and the free room between them (spec scheduling.md 7).
//
// Ranges are half-open: a run may start in the very instant in which another ends. Anytime runs (background,
// background-multi) occupy nothing and are not kept here.

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
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
};

// What is looked for: room for a run of `length` that starts in [earliest, latest_start].
struct SlotRequest {
  SchedulingClass scheduling_class = SchedulingClass::exclusive;
  Instant earliest;
  Instant latest_start;
  Duration length{};
};

class Timeline {
 public:
  // Takes the time of a run; anytime classes and empty ranges are ignored. False when the run is there
  // already; its time stays as it is then.
  bool insert(const Occupation& occupation);

  // Frees the time of a run; unknown runs are ignored.
  void erase(const RunId& run);

  // The occupation with the earliest start that a run of this class may not overlap.
  [[nodiscard]] std::optional<Occupation> first_conflict(SchedulingClass scheduling_class,
                                                         const TimeRange& times) const;

  // The earliest free range for the request; absent when there is none.
  [[nodiscard]] std::optional<TimeRange> find_slot(const SlotRequest& request) const;

  // The free ranges of at least min_length within a window, in order.
  [[nodiscard]] std::vector<TimeRange> gaps(SchedulingClass scheduling_class, const TimeRange& window,
                                            Duration min_length) const;

  [[nodiscard]] std::size_t size() const { return by_run_.size(); }

 private:
  // The runs of one class by start. The longest length bounds how far before an instant a run that covers it
  // can have begun, so that a search needs to look at few others.
  struct Lane {
    std::map<std::pair<Instant, RunId>, Instant> end_by_start;
    std::multiset<Duration> lengths;
  };

  [[nodiscard]] const Lane& lane(SchedulingClass scheduling_class) const;
  Lane& lane(SchedulingClass scheduling_class);

  Lane normal_;
  Lane exclusive_;
  std::unordered_map<RunId, Occupation> by_run_;
};

}  // namespace pscheduler::schedule
