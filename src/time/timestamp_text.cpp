#include <array>
#include <cstdio>

#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "time/cursor.hpp"
#include "time/local_seconds.hpp"

namespace pscheduler {
namespace {

using std::chrono::local_days;

constexpr std::string_view kShape = "write it as 2026-03-04T10:15:00Z.";

tl::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(Errc::invalid_argument,
              "'" + excerpt(text) + "' is not a timestamp: " + std::string(why) + "; " + std::string(kShape));
}

// A piece of the grammar: its value, or why it is none.
template <class T>
using Piece = tl::expected<T, std::string_view>;

tl::unexpected<std::string_view> no(std::string_view why) {
  return tl::unexpected<std::string_view>(why);
}

// Weeks belong to the year that has their Thursday; week 1 is the one with 4 January.
Piece<local_days> week_date(Cursor& cursor, int year, bool extended) {
  const auto week = cursor.take_number(2);
  if (!week) return no("the week needs two digits");
  int weekday = 1;
  if ((extended && cursor.accept('-')) || (!extended && is_digit(cursor.peek()))) {
    const auto written = cursor.take_number(1);
    if (!written || *written < 1 || *written > 7) return no("the day of the week is not between 1 and 7");
    weekday = *written;
  }
  const auto monday_of_week_1 = [](int of_year) {
    const local_days fourth(std::chrono::year(of_year) / std::chrono::January / 4);
    return fourth - (std::chrono::weekday(fourth) - std::chrono::Monday);
  };
  const auto monday = monday_of_week_1(year) + std::chrono::weeks(*week - 1);
  if (*week < 1 || monday >= monday_of_week_1(year + 1)) return no("the year has no such week");
  return monday + std::chrono::days(weekday - 1);
}

Piece<local_days> ordinal_date(Cursor& cursor, int year) {
  const auto day = cursor.take_number(3);
  const int days_in_year = std::chrono::year(year).is_leap() ? 366 : 365;
  if (!day || *day < 1 || *day > days_in_year) return no("the year has no such day");
  return local_days(std::chrono::year(year) / std::chrono::January / 1) + std::chrono::days(*day - 1);
}

Piece<local_days> calendar_date(Cursor& cursor, int year, bool extended) {
  const auto month = cursor.take_number(2);
  if (!month) return no("the month needs two digits");
  if (extended && !cursor.accept('-')) return no("the day of the month is missing");
  const auto day = cursor.take_number(2);
  if (!day) return no("the day of the month needs two digits");
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return no("the calendar has no such day");
  return local_days(date);
}

Piece<local_days> parse_date(Cursor& cursor) {
  const auto year = cursor.take_number(4);
  if (!year) return no("it does not start with a four-digit year");
  if (*year == 0) return no("there is no year 0000");
  const bool extended = cursor.accept('-');
  if (cursor.accept('W')) return week_date(cursor, *year, extended);
  const auto digits = cursor.digits_ahead();
  if (digits == 3) return ordinal_date(cursor, *year);
  if (digits == (extended ? 2u : 4u)) return calendar_date(cursor, *year, extended);
  return no(digits == 0 ? "it has a year only" : "its date has the wrong number of digits");
}

struct TimeUnit {
  std::string_view name;
  int most;
  std::int64_t micros;
};

constexpr std::array kTimeUnits = {TimeUnit{"the hour is not between 00 and 23", 23, 3'600'000'000},
                                   TimeUnit{"the minute is not between 00 and 59", 59, 60'000'000},
                                   TimeUnit{"the second is not between 00 and 59", 59, 1'000'000}};

// hh[mm[ss]] or hh[:mm[:ss]], and a fraction of the last part written.
Piece<Duration> parse_time(Cursor& cursor) {
  std::int64_t total = 0;
  bool extended = false;
  std::size_t written = 0;
  for (const auto& unit : kTimeUnits) {
    if (written == 1) extended = cursor.peek() == ':';
    if (written > 0 && (extended ? !cursor.accept(':') : !is_digit(cursor.peek()))) break;
    const auto value = cursor.take_number(2);
    if (!value) return no("each part of its time needs two digits");
    if (*value > unit.most) return no(unit.name);
    total += *value * unit.micros;
    ++written;
  }
  if (cursor.accept_any(".,")) {
    const auto decimals = cursor.take_digits();
    if (decimals.empty()) return no("digits are missing after the decimal point");
    total += fraction_of(decimals, kTimeUnits[written - 1].micros);
  }
  return Duration(total);
}

Piece<std::optional<std::chrono::minutes>> parse_offset(Cursor& cursor, TimestampForm form) {
  using std::chrono::minutes;
  if (cursor.at_end()) return std::optional<minutes>();
  if (cursor.accept_any("Zz")) return minutes(0);
  const bool west = cursor.peek() == '-';
  if (!cursor.accept_any(form == TimestampForm::query ? "+- " : "+-")) {
    return no("what follows the time is no offset (Z, +hh or +hh:mm)");
  }
  const auto hours = cursor.take_number(2);
  const bool has_minutes = cursor.accept(':') || is_digit(cursor.peek());
  const auto rest = has_minutes ? cursor.take_number(2) : std::optional<int>(0);
  if (!hours || !rest || *hours > 23 || *rest > 59) return no("its offset is not +hh, +hhmm or +hh:mm");
  const minutes offset = std::chrono::hours(*hours) + minutes(*rest);
  return west ? -offset : offset;
}

}  // namespace

Result<WrittenTimestamp> parse_written_timestamp(std::string_view text, TimestampForm form) {
  if (text.size() > kTimeTextBytesMax) return refuse(text, "it is too long");
  Cursor cursor(text);
  const auto day = parse_date(cursor);
  if (!day) return refuse(text, day.error());
  if (form == TimestampForm::body && cursor.at_end()) {
    return WrittenTimestamp{LocalTime(*day), std::nullopt};
  }
  if (!cursor.accept('T') && !(form == TimestampForm::body && cursor.accept(' '))) {
    return refuse(text, cursor.at_end() ? "it needs a T and a time of day"
                                        : "what follows the date is no T and time of day");
  }
  const auto time = parse_time(cursor);
  if (!time) return refuse(text, time.error());
  const auto offset = parse_offset(cursor, form);
  if (!offset) return refuse(text, offset.error());
  if (!cursor.at_end()) return refuse(text, "something follows its end");
  return WrittenTimestamp{LocalTime(*day) + *time, *offset};
}

Result<Instant> parse_timestamp_utc(std::string_view text, TimestampForm form) {
  const auto written = parse_written_timestamp(text, form);
  if (!written) return fail(written.error());
  return Instant(written->local.time_since_epoch() - written->offset.value_or(std::chrono::minutes(0)));
}

// yyyy-mm-ddThh:mm:ss
std::string format_local_seconds(LocalTime local) {
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(local - day));
  std::array<char, 64> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                    static_cast<int>(time.seconds().count()));
  return std::string(text.data(), static_cast<std::size_t>(length));
}

std::string format_timestamp_z(Instant at) {
  return format_local_seconds(LocalTime(at.time_since_epoch())) + 'Z';
}

}  // namespace pscheduler
