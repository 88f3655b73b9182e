#include "cli/schedule/range.hpp"

#include <algorithm>

#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

Result<Instant> parse_end(const std::string& word, Instant now) {
  if (const auto delta = parse_signed_duration(word)) return now + *delta;
  if (word.find(' ') == std::string::npos) {
    if (const auto at = parse_timestamp_utc(word, TimestampForm::query)) return *at;
  }
  return fail(Errc::invalid_argument,
              "\"" + excerpt(word) +
                  "\" is neither a time such as 2030-01-01T12:00:00Z nor a duration such as "
                  "PT1H or -PT30M");
}

}  // namespace

Result<TimeRange> parse_range(const Words& words, Instant now) {
  if (words.empty()) return TimeRange{now, now + kUsualRange};
  const auto first = parse_end(words.front(), now);
  if (!first) return fail(first.error());
  const auto second = words.size() > 1 ? parse_end(words[1], now) : Result<Instant>(now);
  if (!second) return fail(second.error());
  return TimeRange{std::min(*first, *second), std::max(*first, *second)};
}

Parameters range_parameters(const TimeRange& range) {
  return {{"start", format_timestamp_z(floor_to_second(range.start))},
          {"end", format_timestamp_z(ceil_to_second(range.end))}};
}

}  // namespace pscheduler::cli
