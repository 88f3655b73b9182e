#pragma once
// Times of day and year in the manner of crontab (spec scheduling.md 4.2): five fields, "minute hour day
// month weekday", each '*' or a list of numbers and ranges such as "1,5-9". Day and weekday must BOTH match,
// which is not what crontab does: "0 0 13 * 5" is midnight of a Friday the 13th.
//
// Fields are what a clock on the wall of the zone shows. A time that a clock change skips is due at the
// moment of the change; one that occurs twice is due the first time alone.

#include <cstdint>
#include <optional>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/time/instant.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::schedule {

class CronExpression {
 public:
  // invalid_argument, in one sentence that quotes the text and says what is wrong with it, when it is not
  // understood (names and steps are not) or names only days that no year has, such as 30 February.
  // Cheap enough (well under a microsecond) to parse the text again wherever it is needed.
  static Result<CronExpression> parse(std::string_view text);

  // The first match at or after `at`. Each expression matches within kYearsBetweenMatchesMax years; absent
  // only beyond the years that dates can have.
  [[nodiscard]] std::optional<Instant> first_match(Instant at, const Zone& zone) const;

  // 29 February on one weekday can be 40 years off, when a year such as 2100 lies between.
  static constexpr int kYearsBetweenMatchesMax = 40;

 private:
  // A field as a set: bit n is the number n.
  using Set = std::uint64_t;

  [[nodiscard]] bool has_a_day() const;
  [[nodiscard]] std::optional<LocalTime> first_local_match(LocalTime from) const;
  [[nodiscard]] std::optional<std::chrono::minutes> first_time_of_day(std::chrono::minutes from) const;
  [[nodiscard]] Set days_of(std::chrono::year_month month) const;

  Set minutes_ = 0;
  Set hours_ = 0;
  Set days_ = 0;
  Set months_ = 0;
  Set weekdays_ = 0;
};

}  // namespace pscheduler::schedule
