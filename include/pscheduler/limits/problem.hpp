#pragma once
// What is wrong or surprising in a limits file, and where.

#include <optional>
#include <string>

#include "pscheduler/json/reader.hpp"

namespace pscheduler::limits {

struct Problem {
  std::string pointer;  // JSON pointer to the value; "" is the whole file
  std::string message;  // what was found and what is expected; no full stop
  std::optional<json::Location> place;

  bool operator==(const Problem&) const = default;
};

// "line 3, column 7, at /limits/0/type: …"
std::string to_text(const Problem& problem);

}  // namespace pscheduler::limits
