#pragma once
// Versions of measurement programs, as far as what they can do depends on them.

#include <compare>
#include <string_view>

namespace pscheduler::plugins {

struct ProgramVersion {
  int major = 0;
  int minor = 0;
  auto operator<=>(const ProgramVersion&) const = default;
};

// The first "N.M" in the text: "iperf 3.12 (cJSON 1.7.15)", "nuttcp-6.1.2". 0.0 where there is none.
ProgramVersion parse_program_version(std::string_view text);

}  // namespace pscheduler::plugins
