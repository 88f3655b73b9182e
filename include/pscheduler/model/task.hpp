#pragma once
// A task as this node keeps it (spec scheduling.md 2.1).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/model/scheduling_class.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler {

// Compact JSON text; empty where there is none. Kept as text because most of it only passes through.
using JsonText = std::string;

// The schedule section with everything relative resolved once, at creation (spec scheduling.md 4.2).
struct Schedule {
  std::optional<Instant> start;  // absent: as soon as possible
  Duration slip{};               // how much later than nominal a run may start
  bool random_slip = false;      // anywhere within the slip rather than the earliest
  std::optional<Duration> repeat;
  std::string repeat_cron;       // empty: none
  std::optional<Instant> until;  // nominal starts lie strictly before it
  std::optional<std::int64_t> max_runs;

  [[nodiscard]] bool repeats() const { return repeat.has_value() || !repeat_cron.empty(); }
};

// Who asked, kept with the task and given to the limits (spec api.md 5.2).
struct Hints {
  std::string requester;             // address literal
  std::string server;                // address on which the request arrived; empty if unknown
  std::string requester_proxied_by;  // empty when not proxied
};

// What changes while the task lives.
struct TaskProgress {
  std::optional<Instant> first_start;  // anchors the grid of repeats; fixed at the first run
  std::optional<Instant> latest_end;   // over all runs ever planned
  std::int64_t runs = 0;               // rows ever put on the timeline
  std::int64_t attempts = 0;           // as max-runs counts: a run that is planned anew is the same attempt
  std::int64_t runs_started = 0;
  bool enabled = false;     // false while being created and for ever after cancellation
  bool plans_runs = false;  // this node leads it and more runs may follow
  std::optional<Instant> canceled_at;
  std::int64_t nonstarts_in_a_row = 0;  // the last attempts of a repeating task that found no room
};

struct Task {
  TaskId id;
  JsonText document;  // as posted, comments gone, tool filled in
  std::string test_type;
  std::string tool;
  SchedulingClass scheduling_class = SchedulingClass::background;
  std::vector<std::string> participants;
  int participant = 0;  // this node's index; 0 leads
  Schedule schedule;
  Duration duration{};  // the slot of one run
  Duration post{};
  std::vector<std::string> cli;  // the test's options without its name
  std::string limit_diags;
  Hints hints;
  std::string own_key;          // the document's _key; empty if none
  std::string participant_key;  // leads of several participants only
  std::optional<std::int64_t> priority;
  Instant added;
  TaskProgress progress;

  [[nodiscard]] bool leads() const { return participant == 0; }
};

}  // namespace pscheduler
