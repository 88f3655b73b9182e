#include <array>
#include <cstdint>

#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "time/cursor.hpp"

namespace pscheduler {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kWeek = 7 * kDay;

struct Part {
  char letter;
  std::int64_t unit;
  bool after_t;
};

// In the order they must be written.
constexpr std::array kParts = {Part{'W', kWeek, false}, Part{'D', kDay, false}, Part{'H', kHour, true},
                               Part{'M', kMinute, true}, Part{'S', kSecond, true}};

constexpr std::string_view kShape = "write it as P[nW][nD][T[nH][nM][nS]], such as P1DT12H or PT1.5S.";

tl::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(Errc::invalid_argument,
              "'" + excerpt(text) + "' is not a duration: " + std::string(why) + "; " + std::string(kShape));
}

// Why a letter cannot stand where it was found.
std::string_view why_not_letter(char letter, bool after_t) {
  if (letter == 'Y') return "years are not accepted, as their length varies";
  if (letter == 'M' && !after_t)
    return "months are not accepted, as their length varies (minutes follow a T)";
  if (letter >= 'a' && letter <= 'z') return "letters must be upper case";
  if (letter == '\0') return "a number lacks its unit";
  for (const auto& part : kParts) {
    if (part.letter == letter) {
      return part.after_t == after_t ? "its parts are repeated or out of order"
             : part.after_t          ? "hours, minutes and seconds must follow a T"
                                     : "weeks and days must come before the T";
    }
  }
  return "it has an unknown unit";
}

std::string_view why_not_start(std::string_view text) {
  if (text.empty()) return "it is empty";
  switch (text.front()) {
    case '+':
    case '-':
      return "a sign is not accepted here";
    case 'R':
      return "a repetition is not accepted";
    case 'p':
      return "letters must be upper case";
    default:
      return "it does not start with P";
  }
}

// Microseconds of one number and unit; nothing when it exceeds kDurationMax.
std::optional<std::int64_t> scaled(std::string_view whole, std::string_view decimals, std::int64_t unit) {
  const std::int64_t most = kDurationMax.count() / unit;
  std::int64_t count = 0;
  for (const char digit : whole) {
    count = count * 10 + (digit - '0');
    if (count > most) return std::nullopt;
  }
  return count * unit + fraction_of(decimals, unit);
}

Result<Duration> parse_unsigned(std::string_view text, std::string_view shown) {
  Cursor cursor(text);
  if (shown.size() > kTimeTextBytesMax) return refuse(shown, "it is too long");
  if (!cursor.accept('P')) return refuse(shown, why_not_start(text));
  if (cursor.at_end()) return refuse(shown, "nothing follows the P");

  std::int64_t total = 0;
  std::size_t next_part = 0;
  bool after_t = false;
  while (!cursor.at_end()) {
    if (!after_t && cursor.accept('T')) {
      after_t = true;
      continue;
    }
    const auto whole = cursor.take_digits();
    if (whole.empty()) {
      return refuse(shown, cursor.peek() >= 'a' && cursor.peek() <= 'z' ? "letters must be upper case"
                                                                        : "a number is missing");
    }
    std::string_view decimals;
    if (cursor.accept_any(".,")) {
      decimals = cursor.take_digits();
      if (decimals.empty()) return refuse(shown, "digits are missing after the decimal point");
    }
    const char letter = cursor.peek();
    while (next_part < kParts.size() &&
           (kParts[next_part].letter != letter || kParts[next_part].after_t != after_t)) {
      ++next_part;
    }
    if (next_part == kParts.size()) return refuse(shown, why_not_letter(letter, after_t));
    cursor.accept(letter);
    const auto amount = scaled(whole, decimals, kParts[next_part].unit);
    if (!amount || total + *amount > kDurationMax.count()) {
      return refuse(shown, "it is longer than 10000000 days");
    }
    total += *amount;
    ++next_part;
  }
  return Duration(total);
}

void append_part(std::string& text, std::uint64_t count, char letter) {
  if (count == 0) return;
  text += std::to_string(count);
  text += letter;
}

// Hours, minutes and seconds with their T; nothing for zero.
void append_time(std::string& text, std::uint64_t hours, std::uint64_t below_hour) {
  if (hours == 0 && below_hour == 0) return;
  text += 'T';
  append_part(text, hours, 'H');
  append_part(text, below_hour / kMinute, 'M');
  const std::uint64_t seconds = below_hour % kMinute / kSecond;
  const std::uint64_t micros = below_hour % kSecond;
  if (micros == 0) return append_part(text, seconds, 'S');
  std::string decimals = std::to_string(kSecond + static_cast<std::int64_t>(micros)).substr(1);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  text += std::to_string(seconds) + '.' + decimals + 'S';
}

struct Magnitude {
  std::uint64_t micros;
  std::string prefix;  // "P" or "-P"
};

Magnitude magnitude(Duration length) {
  const auto count = static_cast<std::uint64_t>(length.count());
  if (length.count() < 0) return {0 - count, "-P"};
  return {count, "P"};
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  return parse_unsigned(text, text);
}

Result<Duration> parse_signed_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  const bool has_sign = negative || text.starts_with('+');
  const auto length = parse_unsigned(text.substr(has_sign ? 1 : 0), text);
  if (!length || !negative) return length;
  return -*length;
}

std::string format_duration(Duration length) {
  auto [micros, text] = magnitude(length);
  if (micros == 0) return "P0D";
  append_part(text, micros / kDay, 'D');
  append_time(text, micros % kDay / kHour, micros % kHour);
  return text;
}

std::string format_duration_weeks(Duration length) {
  auto [micros, text] = magnitude(length);
  micros = (micros + kSecond / 2) / kSecond * kSecond;
  if (micros == 0) return "P0D";
  if (micros < 2 * static_cast<std::uint64_t>(kDay) && micros % kDay != 0) {
    append_time(text, micros / kHour, micros % kHour);
    return text;
  }
  append_part(text, micros / kWeek, 'W');
  append_part(text, micros % kWeek / kDay, 'D');
  append_time(text, micros % kDay / kHour, micros % kHour);
  return text;
}

}  // namespace pscheduler
