#pragma once
// Reads what a client of nuttcp prints, of versions 6 to 8.

#include <string_view>

#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {

// Intervals and summary as the test's result has them; null when the text has no summary. What nuttcp tells
// is the sum of all streams, which stands as stream 1.
Json parse_nuttcp_output(std::string_view text);

}  // namespace pscheduler::plugins
