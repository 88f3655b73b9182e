#include "cli/user_times.hpp"

#include <fmt/format.h>

#include "pscheduler/base/text.hpp"
#include "pscheduler/time/absolute_relative.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

std::string offset_text(std::chrono::seconds offset) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(std::chrono::abs(offset)).count();
  return fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace

Zone user_zone(const Context& context) {
  if (const auto name = context.environment.variable("TZ"); name && !name->empty()) {
    if (const auto zone = Zone::named(name->starts_with(':') ? name->substr(1) : *name)) return *zone;
  }
  return Zone::local().value_or(Zone::utc());
}

Result<TimeToCome> parse_time_to_come(const Context& context, const std::string& option,
                                      const std::string& text) {
  const Instant now = context.environment.now();
  if (text.starts_with('P') || text.starts_with('@')) {
    const auto at = resolve_absolute_relative(text, now, Zone::utc());
    if (!at) return fail(Errc::invalid_argument, option + ": " + at.error().message);
    return TimeToCome{format_timestamp_z(*at), text};
  }
  const auto written = parse_written_timestamp(text, TimestampForm::query);
  if (!written || text.find(' ') != std::string::npos) {
    return fail(Errc::invalid_argument,
                option + " \"" + excerpt(text) +
                    "\" is not a time; write it like 2030-01-01T12:00:00, PT5M (from now) "
                    "or @PT1H (the next full hour)");
  }
  // One without an offset means ours, which the server cannot know: it is told.
  const Zone zone = written->offset ? Zone::utc() : user_zone(context);
  const Instant at = zone.to_instant(written->local) - written->offset.value_or(std::chrono::minutes(0));
  if (at <= now) {
    return fail(Errc::invalid_argument, option + " \"" + text + "\" is in the past; give a time to come");
  }
  const auto absolute = written->offset ? text : text + offset_text(zone.offset_at(at));
  return TimeToCome{absolute, absolute};
}

std::string rough_length(Duration length) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(std::chrono::abs(length)).count();
  const auto in_units = [&](std::int64_t unit, const char* name) {
    const auto count = whole / unit;
    return std::to_string(count) + " " + name + (count == 1 ? "" : "s");
  };
  return whole < 120      ? in_units(1, "second")
         : whole < 7200   ? in_units(60, "minute")
         : whole < 172800 ? in_units(3600, "hour")
                          : in_units(86400, "day");
}

}  // namespace pscheduler::cli
