#pragma once
// What the clients of chrony and ntp print, understood.

#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"

namespace pscheduler::adapters {

struct ClockReport {
  std::string reference;                 // for a person
  std::optional<double> offset_seconds;  // last measured, of the host's clock
};

// `chronyc -c tracking`: one line of 14 fields separated by commas (chronyc(1)).
Result<ClockReport> parse_chrony_tracking(std::string_view text);

// `ntpq -c rv`: "name=value" pairs separated by commas (ntpq(8)); offset is in milliseconds.
Result<ClockReport> parse_ntp_variables(std::string_view text);

}  // namespace pscheduler::adapters
