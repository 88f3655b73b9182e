#pragma once
// ISO 8601 text, in the spellings of pScheduler's wire (its API, its plug-ins and its task files).
// Errors are invalid_argument with one sentence that quotes the text; callers put the field's name before it.
// Parsing what a format function printed gives back the same value, to the unit it prints.

#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/time/instant.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler {

// The longest duration understood, about 27,000 years: with any timestamp of a four-digit year it still adds
// up to an Instant.
inline constexpr Duration kDurationMax = std::chrono::days(10'000'000);

// Longer text is refused unread; the longest sensible timestamp has 35 characters.
inline constexpr std::size_t kTimeTextBytesMax = 128;

// P[nW][nD][T[nH][nM][nS]]: upper case, every n may have decimals after '.' or ',', what is finer than a
// microsecond is dropped. A day is 86,400 s. "PT" is zero; bare "P", a sign, years, months and a repetition
// are refused.
Result<Duration> parse_duration(std::string_view text);

// The same with an optional leading '+' or '-'.
Result<Duration> parse_signed_duration(std::string_view text);

// Days and less, fraction kept: P10D, P1DT12H, P0D, PT1.5S; -PT1H when negative. For plug-ins, archivers,
// the schedule horizon and the command line.
std::string format_duration(Duration length);

// The dialect of the API's task and run objects: whole seconds (half a second rounds up) and days split into
// weeks: P1W3D, P1W2DT1H, P0D, PT2S. Under two days, what is not a whole number of days is in hours: PT36H.
std::string format_duration_weeks(Duration length);

enum class TimestampForm {
  body,   // a date alone is midnight; 'T' or a blank before the time
  query,  // needs 'T' and a time; a blank before the offset is a '+' that was not percent-encoded
};

// A timestamp as written: whether it named its offset matters to some callers.
struct WrittenTimestamp {
  LocalTime local;
  std::optional<std::chrono::minutes> offset;
};

// Calendar (2026-03-04), ordinal (2026-063) or week date (2026-W10-3), each also without hyphens; then
// hh[:mm[:ss]], also without colons, with a decimal fraction of the last part; then Z, ±hh, ±hhmm or ±hh:mm.
// Years 0001 to 9999; hour 24 and second 60 are refused.
Result<WrittenTimestamp> parse_written_timestamp(std::string_view text, TimestampForm form);

// As an instant; without an offset it is the zone's local time.
Result<Instant> parse_timestamp(std::string_view text, const Zone& zone, TimestampForm form);
// The same where UTC is meant without an offset.
Result<Instant> parse_timestamp_utc(std::string_view text, TimestampForm form);

// Whole seconds, truncated toward the past, with the zone's offset: 2026-03-04T10:15:00-05:00; +00:00 for
// UTC.
std::string format_timestamp(Instant at, const Zone& zone);

// Whole seconds in UTC: 2026-03-04T15:15:00Z.
std::string format_timestamp_z(Instant at);

// As format_timestamp(), with six decimals: 2026-03-04T10:15:00.000000-05:00.
std::string format_timestamp_micros(Instant at, const Zone& zone);

}  // namespace pscheduler
