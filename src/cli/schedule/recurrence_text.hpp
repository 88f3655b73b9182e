#pragma once
// The schedule section of a task in words.

#include <string>

#include "pscheduler/json/value.hpp"

namespace pscheduler::cli {

// "every PT1H, at most 24 times, until 2030-05-02T12:00:00Z"; empty when it runs once.
std::string repetition_text(const Json& schedule);

// All it says: "once, as soon as possible, up to PT5M late".
std::string recurrence_text(const Json& schedule);

}  // namespace pscheduler::cli
