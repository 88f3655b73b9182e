#include "limits/time_limits.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"

namespace pscheduler::limits {
namespace {

struct RunTime {
  WrittenTimestamp start;
  LocalTime end;  // by the same offset
};

Result<RunTime> read_run_time(const Json& run_schedule) {
  const auto start = json::get_string(run_schedule, "start");
  if (!start) return fail(start.error());
  const auto duration = json::get_string(run_schedule, "duration");
  if (!duration) return fail(duration.error());
  const auto written = parse_written_timestamp(*start, TimestampForm::body);
  if (!written) return fail(written.error());
  const auto length = parse_duration(*duration);
  if (!length) return fail(length.error());
  return RunTime{*written, written->local + *length};
}

// Comparable among times that all have an offset, or none.
LocalTime normalized(LocalTime local, const WrittenTimestamp& with_offset) {
  return local - with_offset.offset.value_or(std::chrono::minutes(0));
}

struct FieldTraits {
  CalendarField field;
  const char* name;
  std::int64_t first_value;  // where counting begins anew
  std::int64_t last_value;
};

constexpr std::int64_t kNoEnd = 1'000'000;

constexpr std::array kFields = {
    FieldTraits{CalendarField::year, "year", 0, kNoEnd}, FieldTraits{CalendarField::month, "month", 1, 12},
    FieldTraits{CalendarField::week, "week", 1, 53},     FieldTraits{CalendarField::weekday, "weekday", 1, 7},
    FieldTraits{CalendarField::day, "day", 1, 31},       FieldTraits{CalendarField::hour, "hour", 0, 23},
    FieldTraits{CalendarField::minute, "minute", 0, 59}, FieldTraits{CalendarField::second, "second", 0, 59},
};

std::int64_t value_of(CalendarField field, LocalTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  switch (field) {
    case CalendarField::year:
      return static_cast<int>(date.year());
    case CalendarField::month:
      return static_cast<unsigned>(date.month());
    case CalendarField::weekday:
      return std::chrono::weekday(day).iso_encoding();
    case CalendarField::day:
      return static_cast<unsigned>(date.day());
    case CalendarField::hour:
      return time.hours().count();
    case CalendarField::minute:
      return time.minutes().count();
    case CalendarField::second:
      return time.seconds().count();
    case CalendarField::week:
      break;
  }
  return 0;  // a week is only ever tested against the empty list
}

// The values a run touches. One that goes around the end counts as all up to the end and, of the beginning,
// what is below and at the first value only (quirk 14).
std::vector<NumberRange> covered(const FieldTraits& traits, std::int64_t start, std::int64_t end) {
  if (end >= start) return {{start, end}};
  return {{start, traits.last_value}, {0, traits.first_value}};
}

bool is_listed(std::int64_t value, const std::vector<NumberRange>& listed) {
  return std::any_of(listed.begin(), listed.end(), [value](const NumberRange& range) {
    return range.lower <= value && value <= range.upper;
  });
}

bool fits(const std::vector<NumberRange>& touched, const std::vector<NumberRange>& listed, bool overlap) {
  if (listed.empty()) return false;
  for (const auto& range : touched) {
    for (auto value = range.lower; value <= range.upper; ++value) {
      if (is_listed(value, listed) == overlap) return overlap;
    }
  }
  return !overlap;
}

std::string shown(const std::vector<NumberRange>& ranges) {
  std::vector<std::string> parts;
  for (const auto& range : ranges) {
    parts.push_back(range.lower == range.upper
                        ? std::to_string(range.lower)
                        : std::to_string(range.lower) + "-" + std::to_string(range.upper));
  }
  return parts.empty() ? "nothing" : join(parts, ", ");
}

std::string range_text(const WrittenTimestamp& at) {
  const auto offset = at.offset.value_or(std::chrono::minutes(0));
  const auto utc = Instant((at.local - offset).time_since_epoch());
  return format_timestamp_z(utc);
}

}  // namespace

LimitVerdict judge_time(const DateRangeLimit& limit, const Json& run_schedule) {
  const auto run = read_run_time(run_schedule);
  if (!run) return LimitVerdict::broken("The time of the run cannot be read: " + run.error().message);
  if (run->start.offset.has_value() != limit.start.offset.has_value()) {
    return LimitVerdict::broken(limit.start.offset
                                    ? "The time of the run has no zone, but the limit has"
                                    : "The limit's times have no zone, so no run can be compared with them");
  }
  const auto start = normalized(run->start.local, run->start);
  const auto end = normalized(run->end, run->start);
  const auto from = normalized(limit.start.local, limit.start);
  const auto to = normalized(limit.end.local, limit.end);
  const bool inside = start >= from && end < to;
  const bool touches = (start <= from && from < end) || (start <= to && to < end);
  if (inside || (limit.overlap && touches)) return LimitVerdict::pass();
  return LimitVerdict::failed(std::string("The run is not ") +
                              (limit.overlap ? "in touch with " : "within ") + range_text(limit.start) +
                              " to " + range_text(limit.end));
}

LimitVerdict judge_time(const CalendarLimit& limit, const Json& run_schedule) {
  const auto run = read_run_time(run_schedule);
  if (!run) return LimitVerdict::broken("The time of the run cannot be read: " + run.error().message);
  LimitVerdict verdict = LimitVerdict::pass();
  for (const auto& traits : kFields) {
    const auto listed = limit.fields.find(traits.field);
    if (listed == limit.fields.end()) continue;
    const auto touched =
        covered(traits, value_of(traits.field, run->start.local), value_of(traits.field, run->end));
    if (fits(touched, listed->second, limit.overlap)) continue;
    verdict.kind = LimitVerdict::Kind::failed;
    verdict.reasons.push_back(std::string("The run is at ") + traits.name + " " + shown(touched) +
                              "; allowed is " + shown(listed->second));
  }
  return verdict;
}

}  // namespace pscheduler::limits
