#pragma once
// JSON text in the three spellings of pScheduler. All are pure ASCII with \u escapes, which readers of 5.2
// need; bytes that are not UTF-8 are written as U+FFFD, and numbers that are not finite as null. Members are
// sorted. Floating point is the shortest text that reads back the same and keeps its point: 1500000000.0,
// 1e+22.

#include <string>

#include "pscheduler/json/value.hpp"

namespace pscheduler::json {

// Without blanks: what travels between hosts.
std::string to_compact(const Json& value);

// One line with ", " and ": ".
std::string to_plain(const Json& value);

// For reading: indented by four spaces; a comma is followed by a blank and a new line, as 5.2 writes it.
std::string to_pretty(const Json& value);

}  // namespace pscheduler::json
