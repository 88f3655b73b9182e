#include "pscheduler/time/zone.hpp"

#include <date/tz.h>

#include <exception>

#include "pscheduler/base/text.hpp"

namespace pscheduler {
namespace {

constexpr std::size_t kZoneNameBytesMax = 64;  // the longest in the database has 32

bool means_utc(std::string_view name) {
  return name == "UTC" || name == "Etc/UTC" || name == "Z" || name == "GMT";
}

}  // namespace

Result<Zone> Zone::named(std::string_view name) {
  if (means_utc(name)) return Zone();
  const auto refused = [&](const char* why) {
    return fail(Errc::invalid_argument,
                "'" + excerpt(name) + "' is not a time zone; use a name such as Europe/Berlin or UTC.", why);
  };
  if (name.empty() || name.size() > kZoneNameBytesMax) return refused("");
  try {
    date::get_tzdb();
  } catch (const std::exception& problem) {
    return fail(Errc::unavailable, "The time zone database cannot be read; install the package tzdata.",
                problem.what());
  }
  try {
    return Zone(date::locate_zone(name));
  } catch (const std::exception& problem) {
    return refused(problem.what());
  }
}

Result<Zone> Zone::local() {
  try {
    const date::time_zone* const zone = date::current_zone();
    return means_utc(zone->name()) ? Zone() : Zone(zone);
  } catch (const std::exception& problem) {
    return fail(Errc::unavailable, "The system's time zone cannot be told from /etc/localtime.",
                problem.what());
  }
}

std::string Zone::name() const {
  return zone_ == nullptr ? "UTC" : zone_->name();
}

std::chrono::seconds Zone::offset_at(Instant at) const {
  if (zone_ == nullptr) return std::chrono::seconds(0);
  return zone_->get_info(at).offset;
}

Instant Zone::to_instant(LocalTime local) const {
  const Duration shown = local.time_since_epoch();
  if (zone_ == nullptr) return Instant(shown);
  return zone_->to_sys(date::local_time<Duration>(shown), date::choose::earliest);
}

}  // namespace pscheduler
