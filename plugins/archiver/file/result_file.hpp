#pragma once
// A file of lines that several processes append to at the same time, and that is rotated: NAME becomes
// NAME.1, NAME.1 becomes NAME.2, and so on.

#include <cstdint>
#include <optional>
#include <string>

#include "file_place.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

struct Rotation {
  std::int64_t bytes_max = 0;  // a file does not get larger, unless a single line is
  std::optional<Duration>
      every;              // lines of two periods of this length, counted from 1970 on in UTC, are apart
  std::int64_t keep = 0;  // rotated files, the youngest ones; 0: what is rotated is gone
};

struct Appending {
  Rotation rotation;
  bool sync = true;  // return when it is on the disk
  MayCreate may_create;
};

// Appends the line, whole or not at all, and a newline. What an earlier writer left without one, as after a
// power failure, does not spoil it. Errors: unavailable (it may work later), forbidden.
Result<void> append_line(const FilePlace& place, const Appending& how, const std::string& line, Instant now);

}  // namespace pscheduler::plugins
