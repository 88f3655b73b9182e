#include "pscheduler/schedule/cron.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <string>

#include "pscheduler/base/text.hpp"

namespace pscheduler::schedule {
namespace {

namespace chrono = std::chrono;

struct Field {
  std::string_view name;
  unsigned lowest;
  unsigned highest;
};

constexpr std::array kFields = {Field{"minute", 0, 59}, Field{"hour", 0, 23}, Field{"day", 1, 31},
                                Field{"month", 1, 12}, Field{"weekday", 0, 6}};

constexpr std::string_view kBlanks = " \t";

// The numbers from `lowest` to `highest`, both below 63.
constexpr std::uint64_t numbers(unsigned lowest, unsigned highest) {
  return ((std::uint64_t{1} << (highest + 1)) - 1) & ~((std::uint64_t{1} << lowest) - 1);
}

std::optional<unsigned> lowest_from(std::uint64_t set, unsigned from) {
  const std::uint64_t rest = from > 63 ? 0 : set & ~((std::uint64_t{1} << from) - 1);
  return rest == 0 ? std::nullopt : std::optional(static_cast<unsigned>(std::countr_zero(rest)));
}

std::optional<unsigned> read_number(std::string_view text, const Field& field) {
  unsigned number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  if (number < field.lowest || number > field.highest) return std::nullopt;
  return number;
}

// "7", "1-5".
std::optional<std::uint64_t> read_item(std::string_view text, const Field& field) {
  const auto dash = text.find('-');
  const auto first = read_number(text.substr(0, dash), field);
  const auto last = dash == std::string_view::npos ? first : read_number(text.substr(dash + 1), field);
  if (!first || !last || *last < *first) return std::nullopt;
  return numbers(*first, *last);
}

Result<std::uint64_t> read_field(std::string_view text, const Field& field) {
  if (text == "*") return numbers(field.lowest, field.highest);
  std::uint64_t set = 0;
  for (;;) {
    const auto comma = text.find(',');
    const auto item = read_item(text.substr(0, comma), field);
    if (!item) {
      return fail(Errc::invalid_argument,
                  "the " + std::string(field.name) + " '" + excerpt(text.substr(0, comma)) +
                      "' is not understood; give '*' or numbers and ranges from " +
                      std::to_string(field.lowest) + " to " + std::to_string(field.highest) +
                      " such as '1,3-5', without names and steps");
    }
    set |= *item;
    if (comma == std::string_view::npos) return set;
    text.remove_prefix(comma + 1);
  }
}

// The next word, taken off the text; empty at the end.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const auto word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

unsigned longest_length(unsigned month) {
  constexpr auto kLeapYear = chrono::year(2000);
  return static_cast<unsigned>((kLeapYear / chrono::month(month) / chrono::last).day());
}

}  // namespace

Result<CronExpression> CronExpression::parse(std::string_view text) {
  CronExpression cron;
  const std::array sets = {&cron.minutes_, &cron.hours_, &cron.days_, &cron.months_, &cron.weekdays_};
  const auto refused = [&](const std::string& why) {
    return fail(Errc::invalid_argument, "'" + excerpt(text) + "' " + why + ".");
  };
  std::string_view rest = text;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const auto word = take_word(rest);
    if (word.empty()) return refused("has too few fields; give five: minute hour day month weekday");
    const auto set = read_field(word, kFields[i]);
    if (!set) return refused("is not a cron expression: " + set.error().message);
    *sets[i] = *set;
  }
  if (!take_word(rest).empty()) return refused("has more than the five fields minute hour day month weekday");
  if (!cron.has_a_day())
    return refused("never matches: none of its months has such a day; name one that exists");
  return cron;
}

// Every date, 29 February too, falls on each weekday sooner or later.
bool CronExpression::has_a_day() const {
  for (unsigned month = 1; month <= 12; ++month) {
    const bool named = (months_ >> month & 1) != 0;
    if (named && (days_ & numbers(1, longest_length(month))) != 0) return true;
  }
  return false;
}

CronExpression::Set CronExpression::days_of(chrono::year_month month) const {
  const chrono::weekday first(chrono::sys_days(month / 1));
  const auto last = static_cast<unsigned>((month / chrono::last).day());
  // The days of a month whose first day is weekday 0, five weeks of it, moved to the one it begins with.
  Set weekdays = weekdays_ | weekdays_ << 7;
  weekdays |= weekdays << 14 | weekdays << 28;
  return days_ & numbers(1, last) & (weekdays >> first.c_encoding()) << 1;
}

std::optional<chrono::minutes> CronExpression::first_time_of_day(chrono::minutes from) const {
  const auto hour_from = static_cast<unsigned>(from / chrono::hours(1));
  const auto minute_from = static_cast<unsigned>(from % chrono::hours(1) / chrono::minutes(1));
  const auto hour = lowest_from(hours_, hour_from);
  if (hour == hour_from) {
    if (const auto minute = lowest_from(minutes_, minute_from)) {
      return chrono::hours(*hour) + chrono::minutes(*minute);
    }
  }
  const auto later_hour = hour == hour_from ? lowest_from(hours_, hour_from + 1) : hour;
  if (!later_hour) return std::nullopt;
  return chrono::hours(*later_hour) + chrono::minutes(*lowest_from(minutes_, 0));
}

std::optional<LocalTime> CronExpression::first_local_match(LocalTime from) const {
  const auto minute = chrono::ceil<chrono::minutes>(from);
  const auto today = chrono::floor<chrono::days>(minute);
  const chrono::year_month_day date(today);
  chrono::year_month month = date.year() / date.month();
  auto day_from = static_cast<unsigned>(date.day());
  if ((months_ >> static_cast<unsigned>(date.month()) & 1) != 0 && (days_of(month) >> day_from & 1) != 0) {
    if (const auto time = first_time_of_day(minute - today)) return LocalTime(today + *time);
  }
  ++day_from;
  const chrono::year last_year = date.year() + chrono::years(kYearsBetweenMatchesMax);
  while (month.ok() && month.year() <= last_year) {
    const bool named = (months_ >> static_cast<unsigned>(month.month()) & 1) != 0;
    const auto day = named ? lowest_from(days_of(month), day_from) : std::nullopt;
    if (day) {
      return LocalTime(chrono::local_days(month / static_cast<int>(*day)) +
                       *first_time_of_day(chrono::minutes(0)));
    }
    month += chrono::months(1);
    day_from = 1;
  }
  return std::nullopt;
}

std::optional<Instant> CronExpression::first_match(Instant at, const Zone& zone) const {
  // At the very moment of a clock change the times that it skips are still due.
  const auto offset = std::min(zone.offset_at(at), zone.offset_at(at - Duration(1)));
  auto local = first_local_match(LocalTime((at + offset).time_since_epoch()));
  while (local) {
    const Instant match = zone.to_instant(*local);
    if (match >= at) return match;
    // It has been due already: this hour occurs for the second time.
    local = first_local_match(*local + chrono::minutes(1));
  }
  return std::nullopt;
}

}  // namespace pscheduler::schedule
