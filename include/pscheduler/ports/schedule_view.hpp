#pragma once
// What is read of the schedule as a whole, across tasks: for GET /schedule, /monitor, /stat and /metrics.
// Reads see what has been committed and never hold up a commit.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/model/run.hpp"
#include "pscheduler/model/scheduling_class.hpp"
#include "pscheduler/ports/async.hpp"

namespace pscheduler::ports {

// A run as lists show it, without data and results.
struct ScheduledRun {
  RunId id;
  TaskId task;
  TimeRange times;
  RunState state = RunState::pending;
  std::string errors;
  std::optional<std::int64_t> priority;
  SchedulingClass scheduling_class = SchedulingClass::background;
};

// Which runs, in any state: those that overlap [from, until), and those without length that lie in it. Absent
// bounds are open.
struct ScheduleFilter {
  std::optional<Instant> from;
  std::optional<Instant> until;
  std::optional<TaskId> task;
};

// A place in the list: behind the run with this start and number.
struct SchedulePlace {
  Instant start;
  std::int64_t number = 0;
};

struct SchedulePage {
  std::vector<ScheduledRun> runs;     // by start, then age
  std::optional<SchedulePlace> next;  // for the page after; absent at the end
};

// Runs around an instant, each list by start.
struct RunsAround {
  std::vector<ScheduledRun> past;     // the latest that are over
  std::vector<ScheduledRun> present;  // those under way, or whose time is now
  std::vector<ScheduledRun> future;   // the next that are pending, on-deck or nonstart
};

struct Census {
  std::array<std::int64_t, kRunStateCount> runs{};  // by state
  std::int64_t tasks = 0;
  std::int64_t tasks_enabled = 0;
  std::uint64_t commits = 0;       // since the start, answered with success
  std::uint64_t transactions = 0;  // that they shared
};

class ScheduleView {
 public:
  virtual ~ScheduleView() = default;

  // A page of at most page_size runs; the first without a place. A run that moves between two pages may be
  // missed or come twice. invalid_argument: the page size.
  virtual AsyncResult<SchedulePage> schedule_page(ScheduleFilter filter, std::optional<SchedulePlace> after,
                                                  int page_size) = 0;

  // At most count_max in each list.
  virtual AsyncResult<RunsAround> runs_around(Instant now, int count_max) = 0;

  // Runs in a state whose start lies within [from, until], both included; absent bounds are open.
  virtual AsyncResult<std::int64_t> count_runs(RunState state, std::optional<Instant> from,
                                               std::optional<Instant> until) = 0;

  virtual AsyncResult<Census> census() = 0;
};

}  // namespace pscheduler::ports
