#pragma once
// The four scheduling classes of tests and what each means for the schedule (spec scheduling.md 7.1).

#include <optional>
#include <string_view>

namespace pscheduler {

enum class SchedulingClass { background, background_multi, normal, exclusive };

struct ClassTraits {
  SchedulingClass scheduling_class;
  std::string_view name;     // on the wire
  std::string_view display;  // for a person
  bool anytime;              // ignores the schedule
  bool exclusive;            // shares its time only with anytime runs
  bool multi_result;         // one long run that streams results
};

const ClassTraits& traits(SchedulingClass scheduling_class);
std::optional<SchedulingClass> parse_scheduling_class(std::string_view name);

}  // namespace pscheduler
