#pragma once
// Every change of a run's state goes through here: it is checked against the table of moves, stored together
// with its reason and whatever belongs to it, and only then announced.
//
// A change that has been handed to the store is awaited to its end also when the caller is cancelled, who
// sees the cancellation at its next wait; so nobody is left in doubt whether a change was made.

#include <functional>
#include <optional>
#include <string>

#include "pscheduler/model/run.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/metrics.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/services/run_events.hpp"

namespace pscheduler::services {

// Why something happened and who caused it; kept in the history of the run.
struct Why {
  std::string reason;  // for a person
  std::string actor;   // e.g. "runner", "scheduler", "restart", "api 192.0.2.7"
};

class RunJournal {
 public:
  RunJournal(ports::Store& store, ports::Clock& clock, ports::Log& log, RunEvents& events)
      : store_(store), clock_(clock), log_(log), events_(events) {}

  // Tells the metrics of every state that a run comes into.
  void observe(ports::Metrics& metrics) { metrics_ = &metrics; }

  // Told of the instant of expiry of every run that has got one, once that is durable.
  void on_expiry(std::function<void(Instant)> observer) { on_expiry_ = std::move(observer); }

  // Adds a run in the state it has. `together` are changes that belong to the same commit.
  ports::AsyncResult<void> add(Run run, Why why, ports::Changes together = {});

  // Moves the run to `to`; `run` is changed once that is durable. internal: the move is not allowed.
  ports::AsyncResult<void> move(Run& run, RunState to, Why why, std::optional<RunResults> results = {},
                                ports::Changes together = {});

  // Stores changes that concern runs of the task, also those that remove some, and announces them.
  ports::AsyncResult<void> commit_for(TaskId task, ports::Changes changes);

  // What belongs to a change, as it is at the moment of each try.
  using MakeChanges = std::function<ports::Changes()>;

  // As move() and add(), but when the store has no room they try again until it has, or are cancelled.
  ports::Async<void> move_surely(Run& run, RunState to, Why why, std::optional<RunResults> results = {},
                                 MakeChanges together = {});
  ports::Async<void> add_surely(Run run, Why why, MakeChanges together);

 private:
  ports::AsyncResult<void> commit(ports::Changes changes);
  ports::Async<bool> may_try_again(RunId run, Error error, bool first_time);

  ports::Store& store_;
  ports::Clock& clock_;
  ports::Log& log_;
  RunEvents& events_;
  ports::Metrics* metrics_ = nullptr;
  std::function<void(Instant)> on_expiry_;
};

}  // namespace pscheduler::services
