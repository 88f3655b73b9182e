#pragma once
// A time zone of the IANA database, as a small value. Used only where text meets instants: input without an
// offset, and output. The database is the system's; a zone once found stays valid for the process.

#include <chrono>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/time/instant.hpp"

namespace date {
class time_zone;
}

namespace pscheduler {

// What a wall clock shows, without saying where.
using LocalTime = std::chrono::local_time<Duration>;

class Zone {
 public:
  // UTC, without touching the database.
  Zone() = default;
  static Zone utc() { return {}; }

  // By name, such as "Europe/Berlin"; "UTC", "Etc/UTC" and "Z" need no database. invalid_argument when there
  // is no such zone, unavailable when there is no database.
  static Result<Zone> named(std::string_view name);

  // The system's own zone (/etc/localtime); unavailable when it cannot be told. The variable TZ is not read:
  // whoever wants it passes its value to named().
  static Result<Zone> local();

  [[nodiscard]] std::string name() const;

  // East of UTC is positive.
  [[nodiscard]] std::chrono::seconds offset_at(Instant at) const;

  // A local time that occurs twice means the first one; one that a clock change skips means the moment of the
  // change.
  [[nodiscard]] Instant to_instant(LocalTime local) const;

  bool operator==(const Zone&) const = default;

 private:
  explicit Zone(const date::time_zone* zone) : zone_(zone) {}

  const date::time_zone* zone_ = nullptr;  // null is UTC
};

}  // namespace pscheduler
