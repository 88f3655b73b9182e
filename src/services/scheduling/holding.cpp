// Runs that this node holds for other leads until they confirm them.

#include <algorithm>

#include "pscheduler/services/scheduling.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "services/scheduling/turns.hpp"

namespace pscheduler::services {
namespace {

// How long a run waits for others that have claimed its time without being certain and do not go before it:
// a lead whose claim is refused elsewhere lets go of it within two calls.
constexpr Duration kClaimPatience = std::chrono::seconds(2);

}  // namespace

// Ends at once when the time is free; nothing is awaited between finding it so and the end.
ports::AsyncResult<void> Scheduling::wait_for_room(const Task& task, TimeRange times,
                                                   const Placement& placement,
                                                   const schedule::Displacing& displacing) {
  if (placement.hold && times.start < earliest_start(task)) {
    co_return fail(Errc::conflict, "The start is too close: this host could start the run at " +
                                       format_timestamp_z(ceil_to_second(earliest_start(task))) +
                                       " at the earliest.");
  }
  if (traits(task.scheduling_class).anytime) co_return Result<void>{};
  const Rank rank = rank_of(task, placement.nominal_start.value_or(times.start));
  const Duration give_up = ports_.clock.steady() + kClaimPatience;
  for (;;) {
    const auto conflict = timeline_.first_conflict(task.scheduling_class, times, displacing);
    if (!conflict) co_return Result<void>{};
    const Rank* other = claims_.find(conflict->run);
    const Duration left = give_up - ports_.clock.steady();
    const bool waits = placement.hold && other != nullptr && goes_before(rank, *other);
    if (!waits || left <= Duration::zero()) {
      std::string reason = co_await describe_conflict(*conflict);
      co_return fail(Errc::conflict, std::move(reason));
    }
    co_await settled_.wait_for(ports_.clock, left);
  }
}

// The run is still claimed while its confirmation is being stored, so that a removal that comes in between is
// seen.
ports::AsyncResult<bool> Scheduling::confirm_run(Task task, RunId id, JsonText participant_data_full,
                                                 Why why) {
  auto held = claims_.settle(id);
  if (!held) co_return false;
  claims_.negotiate(id, held->rank);
  const TaskBook::Hold hold(book_, task);
  Run run = held->run;
  run.held_until.reset();
  run.participant_data_full = std::move(participant_data_full);
  ports::Changes changes;
  changes.history.push_back(
      {id, ports_.clock.now(), run.state, run.state, std::move(why.reason), std::move(why.actor)});
  changes.changed_runs.push_back(run);
  auto stored = co_await journal_.commit_for(task.id, std::move(changes));
  const bool removed = claims_.find(id) == nullptr;
  settle(id);
  if (!stored) {
    if (!removed) claims_.hold(std::move(held->run), held->scheduling_class, held->rank);
    co_return fail(std::move(stored.error()));
  }
  if (removed) co_return false;
  if (!hold.progress().enabled) {
    co_await withdraw_stored(std::move(run), false);
    free_time(id);
    co_return false;
  }
  timeline_.erase(id);
  const auto turn = turn_of(task, run);
  timeline_.insert({id, held->scheduling_class, run.times, run.priority.value_or(0), false, turn});
  ask_later(task, run);
  runner_.offer(std::move(run), task);
  co_return true;
}

void Scheduling::give_up_ended_holds() {
  for (const RunId run : claims_.ended_by(ports_.clock.now())) {
    auto held = claims_.settle(run);
    plans_.spawn(give_up_hold(std::move(*held)));
  }
}

ports::Async<void> Scheduling::give_up_hold(Claims::HeldRun held) {
  Run run = std::move(held.run);
  free_time(run.id);
  settled_.notify_all();
  run.held_until.reset();
  run.errors = "Its lead had this host hold the time and did not confirm the run.";
  Why why{run.errors, "scheduler"};
  co_await journal_.move_surely(run, RunState::nonstart, std::move(why));
}

void Scheduling::settle(RunId run) {
  claims_.settle(run);
  settled_.notify_all();
}

}  // namespace pscheduler::services
