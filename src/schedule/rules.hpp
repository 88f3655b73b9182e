#pragma once
// Who may have the time that a run occupies (spec scheduling.md 7.1, 7.2, 7.5; equal priorities share the
// fate of higher ones, but for those that take turns).

#include <cstdint>
#include <optional>

#include "pscheduler/schedule/timeline.hpp"

namespace pscheduler::schedule {

enum class Verdict {
  share,      // both run at the same time
  gives_way,  // the one that is there is displaced
  stands,     // the newcomer has to go elsewhere
};

// What happens where a newcomer meets an occupation. A newcomer without `displacing` displaces nobody.
Verdict verdict(SchedulingClass newcomer, const std::optional<Displacing>& displacing,
                const Occupation& existing);

}  // namespace pscheduler::schedule
