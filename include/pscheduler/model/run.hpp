#pragma once
// A run of a task as this node keeps it (spec scheduling.md 2.2), and the history of its states.

#include <cstdint>
#include <optional>
#include <string>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/model/run_state.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler {

struct Run {
  RunId id;
  TaskId task;
  TimeRange times;  // the slot; its end is cut when the run ends early
  Instant added;
  RunState state = RunState::pending;
  std::optional<int> status;  // of the local tool
  std::string errors;         // why it never ran, or the tool's standard error; empty if none
  std::optional<std::int64_t> priority;
  std::string limit_diags;  // empty if none
  JsonText participant_data;
  JsonText participant_data_full;
  std::optional<Instant> nominal_start;  // when it should have started; absent when a peer chose its time
  // How late it may start. A preempted run or a non-starter may be planned anew until then; absent when it
  // may not, or has been.
  std::optional<Instant> latest_start;
  std::optional<Instant> expires;  // it is purged then, though retention would keep it longer
  // A lead's claim that it has not confirmed yet: given up then. Absent for every other run.
  std::optional<Instant> held_until;
};

// What a run has produced. Kept apart because it can be large and most uses of a run do not need it.
struct RunResults {
  JsonText local;         // what this host's tool printed
  JsonText full;          // array, one per participant; the lead's alone
  JsonText merged;        // the test's result; the lead's alone
  JsonText clock_survey;  // failed runs of a lead
};

// One step in the life of a run: each has its time, its reason and who caused it.
struct StateChange {
  RunId run;
  Instant at;
  std::optional<RunState> from;  // absent for the first
  RunState to = RunState::pending;
  std::string reason;  // for a person
  std::string actor;   // e.g. "runner", "scheduler", "api 192.0.2.7", "restart"
};

}  // namespace pscheduler
