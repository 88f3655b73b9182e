#pragma once
// When the runs of a task would start on a server, by the rules the server plans with.

#include <string>
#include <vector>

#include "cli/schedule/entries.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/model/scheduling_class.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/time/instant.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::cli {

// What has to be known of the server.
struct ServerTimes {
  Instant now;
  Zone zone;                                // cron expressions are read in it
  Duration horizon = std::chrono::days(1);  // how far ahead it plans
};

// The schedule section of a task with everything relative resolved. Fails for one the server would refuse.
Result<Schedule> schedule_of(const Json& section, const ServerTimes& server);

// The next nominal starts, at most `count`, of a task whose runs take `length`.
std::vector<Instant> nominal_starts(const Schedule& schedule, Duration length, const ServerTimes& server,
                                    std::size_t count);

// A run that has its time already, of a class that is in somebody's way.
struct TakenTime {
  std::string url;
  std::string test;
  SchedulingClass scheduling_class = SchedulingClass::exclusive;
  std::int64_t priority = 0;
  TimeRange times;
};

struct PlannedRun {
  SchedulingClass scheduling_class = SchedulingClass::background;
  Duration length{};
  Duration slip{};
  std::optional<std::int64_t> priority;
};

// For each start what stands in its way and what becomes of it; empty text when it is free.
std::vector<std::string> obstacles(const std::vector<Instant>& starts, const PlannedRun& run,
                                   const std::vector<TakenTime>& taken);

}  // namespace pscheduler::cli
