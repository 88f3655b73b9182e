#pragma once
// The runs of a schedule as a server lists them, and the forms they are shown in.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::cli {

struct ScheduleEntry {
  std::string start;  // as served
  std::string end;
  std::string state;
  std::string state_display;
  std::string reason;  // why it is in that state, where the server says so
  std::string type;
  std::vector<std::string> options;
  std::string tool;
  std::string url;
  std::optional<std::int64_t> priority;
  bool has_archives = false;  // the task names places for its results
};

// An element of an answer of /schedule. Fails when it is no run.
Result<ScheduleEntry> schedule_entry(const Json& run);

// Whether it is of one of these types, or with `invert` of none of them. No types: always.
bool is_wanted(const ScheduleEntry& entry, const std::vector<std::string>& types, bool invert);

// Several lines for a person. `verbose` tells why runs never started or did not go well; `width` wraps the
// test's options, 0 does not. Ends with a newline.
std::string plain_text(const ScheduleEntry& entry, bool verbose, std::size_t width);

// One line with fields between blanks: start, end, state, priority ("-" for none), tool, URL, test, options.
std::string one_line(const ScheduleEntry& entry);

// RFC 4180, with a heading line of its own.
std::string csv_heading();
std::string csv_line(const ScheduleEntry& entry);

}  // namespace pscheduler::cli
