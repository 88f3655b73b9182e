#include "pscheduler/model/scheduling_class.hpp"

#include <array>

namespace pscheduler {
namespace {

constexpr std::array kClasses = {
    ClassTraits{SchedulingClass::background, "background", "Background Single-Result", true, false, false},
    ClassTraits{SchedulingClass::background_multi, "background-multi", "Background Multi-Result", true, false,
                true},
    ClassTraits{SchedulingClass::normal, "normal", "Normal", false, false, false},
    ClassTraits{SchedulingClass::exclusive, "exclusive", "Exclusive", false, true, false},
};

}  // namespace

const ClassTraits& traits(SchedulingClass scheduling_class) {
  return kClasses[static_cast<std::size_t>(scheduling_class)];
}

std::optional<SchedulingClass> parse_scheduling_class(std::string_view name) {
  for (const auto& row : kClasses) {
    if (row.name == name) return row.scheduling_class;
  }
  return std::nullopt;
}

}  // namespace pscheduler
