#include "pscheduler/schedule/recurrence.hpp"

#include <algorithm>
#include <string>

#include "pscheduler/schedule/cron.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::schedule {
namespace {

// Times are whole seconds on the wire, so runs cannot follow each other faster.
constexpr Duration kShortestRepeat = std::chrono::seconds(1);

tl::unexpected<Error> refuse(const std::string& member, const std::string& message) {
  return fail(Errc::invalid_argument, "At /schedule/" + member + ": " + message);
}

// Grids are on whole seconds, so the anchor counts as the next one and so does a point of a broken interval.
std::optional<Instant> first_grid_point(Instant anchor, Duration step, Instant not_before) {
  if (step <= Duration::zero()) return std::nullopt;
  anchor = ceil_to_second(anchor);
  if (not_before <= anchor) return anchor;
  const auto steps = (not_before - anchor + step - Duration(1)) / step;
  return ceil_to_second(anchor + steps * step);
}

std::optional<Instant> next_by_interval(const Schedule& schedule, const TaskProgress& progress,
                                        Instant not_before) {
  if (!schedule.repeat) return std::nullopt;
  if (!progress.first_start) return ceil_to_second(not_before);
  return first_grid_point(*progress.first_start, *schedule.repeat, not_before);
}

std::optional<Instant> next_by_cron(const Schedule& schedule, Instant not_before, const Zone& zone) {
  if (schedule.repeat_cron.empty()) return std::nullopt;
  const auto cron = CronExpression::parse(schedule.repeat_cron);
  return cron ? cron->first_match(not_before, zone) : std::nullopt;
}

std::optional<Instant> earlier(std::optional<Instant> one, std::optional<Instant> other) {
  if (!one || !other) return one ? one : other;
  return std::min(*one, *other);
}

// When the next attempt is due, whatever max-runs and until say.
std::optional<Instant> next_due(const Schedule& schedule, const TaskProgress& progress, Instant now,
                                const Zone& zone) {
  Instant not_before = std::max(now, schedule.start.value_or(now));
  if (!schedule.repeats()) return progress.attempts > 0 ? std::nullopt : std::optional(not_before);
  not_before = std::max(not_before, progress.latest_end.value_or(not_before));
  return earlier(next_by_interval(schedule, progress, not_before), next_by_cron(schedule, not_before, zone));
}

Result<void> check_until(const Schedule& schedule, Instant now, const Zone& zone) {
  if (!schedule.until) return {};
  const std::string until = format_timestamp(*schedule.until, zone);
  if (*schedule.until <= now) {
    return refuse("until",
                  until + " is in the past; give a time to come, such as PT1H for an hour from now.");
  }
  if (schedule.start && *schedule.until <= *schedule.start) {
    return refuse("until", until + " is not after the start, " + format_timestamp(*schedule.start, zone) +
                               "; give a later one.");
  }
  const auto first = next_due(schedule, TaskProgress{}, now, zone);
  if (first && *first >= *schedule.until) {
    return refuse("until", until + " is not after the first run, which would be at " +
                               format_timestamp(*first, zone) + "; give a later one.");
  }
  return {};
}

}  // namespace

Result<void> check(const Schedule& schedule, Instant now, const Zone& zone) {
  if (schedule.slip < Duration::zero()) {
    return refuse("slip", format_duration(schedule.slip) + " is negative; give PT0S or more.");
  }
  if (schedule.repeat && *schedule.repeat < kShortestRepeat) {
    return refuse("repeat", format_duration(*schedule.repeat) + " is too short an interval; give " +
                                format_duration(kShortestRepeat) + " or more.");
  }
  if (!schedule.repeat_cron.empty()) {
    if (const auto cron = CronExpression::parse(schedule.repeat_cron); !cron) {
      return refuse("repeat-cron", cron.error().message);
    }
  }
  if (schedule.max_runs && *schedule.max_runs < 1) {
    return refuse("max-runs", std::to_string(*schedule.max_runs) + " is too few; give 1 or more.");
  }
  return check_until(schedule, now, zone);
}

std::optional<Instant> next_nominal_start(const Schedule& schedule, const TaskProgress& progress, Instant now,
                                          const Zone& zone) {
  if (!progress.enabled) return std::nullopt;
  if (schedule.max_runs && progress.attempts >= *schedule.max_runs) return std::nullopt;
  const auto nominal = next_due(schedule, progress, now, zone);
  return nominal && schedule.until && *nominal >= *schedule.until ? std::nullopt : nominal;
}

Duration effective_slip(const Schedule& schedule, Duration run_length) {
  if (!schedule.repeat || schedule.slip + run_length < *schedule.repeat) return schedule.slip;
  return std::max(Duration::zero(), *schedule.repeat - run_length);
}

}  // namespace pscheduler::schedule
