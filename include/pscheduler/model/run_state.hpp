#pragma once
// The states of a run and the moves between them, as data (spec scheduling.md 8).

#include <optional>
#include <span>
#include <string_view>

namespace pscheduler {

// The values are the numbers the store keeps.
enum class RunState {
  scheduling = 0,
  pending = 1,
  on_deck = 2,
  running = 3,
  cleanup = 4,
  finished = 5,
  overdue = 6,
  missed = 7,
  failed = 8,
  preempted = 9,
  nonstart = 10,
  canceled = 11,
};

inline constexpr int kRunStateCount = 12;

struct StateTraits {
  RunState state;
  std::string_view name;     // on the wire
  std::string_view display;  // for a person
  bool final;                // nothing more happens by itself
  bool success;
  bool cuts_end;  // entering it moves the end of the run to now
  std::string_view meaning;
};

const StateTraits& traits(RunState state);
std::optional<RunState> parse_run_state(std::string_view name);
std::optional<RunState> run_state_from_number(int number);

// The states that may follow `from`, without `from` itself; staying put is always allowed.
std::span<const RunState> successors(RunState from);
bool is_allowed(RunState from, RunState to);

}  // namespace pscheduler
