// What others ask for: runs at a time that they chose, their removal, and the end of a task.

#include <algorithm>

#include "pscheduler/services/limits.hpp"
#include "pscheduler/services/scheduling.hpp"
#include "services/scheduling/agreement.hpp"
#include "services/scheduling/turns.hpp"

namespace pscheduler::services {
namespace {

tl::unexpected<Error> stopping() {
  return fail(Errc::unavailable, "This node is being stopped; try again when it is back.");
}

}  // namespace

ports::AsyncResult<RunId> Scheduling::place(Task task, std::optional<RunId> id, Placement placement,
                                            Why why) {
  if (stopping_) co_return stopping();
  auto placing = place_run(std::move(task), id, placement, std::move(why));
  auto placed = co_await plans_.run(std::move(placing));
  co_return placed;
}

ports::AsyncResult<void> Scheduling::remove(Task task, RunId run, Why why) {
  if (stopping_) co_return stopping();
  auto removing = remove_run(std::move(task), run, std::move(why));
  auto removed = co_await plans_.run(std::move(removing));
  co_return removed;
}

ports::AsyncResult<void> Scheduling::cancel(Task task, Why why) {
  if (stopping_) co_return stopping();
  auto canceling = cancel_task(std::move(task), std::move(why));
  auto canceled = co_await plans_.run(std::move(canceling));
  co_return canceled;
}

ports::AsyncResult<bool> Scheduling::confirm(Task task, RunId run, JsonText participant_data_full, Why why) {
  if (stopping_) co_return stopping();
  auto confirming = confirm_run(std::move(task), run, std::move(participant_data_full), std::move(why));
  auto confirmed = co_await plans_.run(std::move(confirming));
  co_return confirmed;
}

ports::AsyncResult<void> Scheduling::gave_way(Task task, RunId run, int participant, std::string reason) {
  if (stopping_) co_return stopping();
  auto losing = lose_run(std::move(task), run, participant, std::move(reason));
  auto lost = co_await plans_.run(std::move(losing));
  co_return lost;
}

ports::AsyncResult<RunId> Scheduling::place_run(Task task, std::optional<RunId> id, Placement placement,
                                                Why why) {
  const TimeRange times{placement.start, placement.start + task.duration};
  if (!traits(task.scheduling_class).multi_result && times.start > ports_.clock.now() + settings_.horizon) {
    co_return fail(Errc::invalid_argument, "start-time lies beyond this host's schedule horizon.");
  }
  schedule::Displacing displacing(task.priority.value_or(0));
  if (placement.takes_turn) displacing = displacing_of(task, *placement.nominal_start, ports_.clock.now());
  if (timeline_.first_conflict(task.scheduling_class, times, displacing)) {
    const auto priority = co_await priority_at(task, times.start, placement.offset);
    displacing.priority = priority.value_or(displacing.priority);
  }
  auto room = co_await wait_for_room(task, times, placement, displacing);
  if (!room) co_return fail(std::move(room.error()));
  const RunId run_id = id ? *id : RunId(ports::new_uuid(ports_.random));
  Planned planned{new_run(task, run_id, times), std::move(why), Origin::placed};
  planned.displacing = displacing;
  planned.offset = placement.offset;
  planned.run.nominal_start = placement.nominal_start;
  if (placement.hold) planned.run.held_until = ports_.clock.now() + *placement.hold;
  const Why placed_by = planned.why;
  std::optional<Agreement> agreement;
  if (task.leads() && task.participants.size() > 1) {
    agreement.emplace(ports_.executor, peers_, ports_.clock, task);
  }
  auto storing = store_run(task, std::move(planned), agreement ? &*agreement : nullptr);
  auto stored = co_await std::move(storing);
  // Leads of 5.2 expect a run that is denied to be there; others are told.
  if (!stored && !placement.hold && !denial_in(stored.error()).empty()) {
    auto denial = std::move(stored.error());
    stored = co_await store_denied(task, run_id, times, placed_by, std::move(denial));
  }
  if (!stored) co_return fail(std::move(stored.error()));
  co_return run_id;
}

ports::AsyncResult<void> Scheduling::remove_run(Task task, RunId id, Why why) {
  auto found = co_await ports_.store.run(task.id, id);
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(Errc::not_found, "There is no such run.");
  const TaskBook::Hold hold(book_, task);
  std::optional<Run> withdrawn = runner_.withdraw(id);
  auto held = claims_.settle(id);
  auto displaced = take_displaced(id);
  if (!withdrawn && !held && !displaced) co_await runner_.interrupt(id, RunState::canceled, std::move(why));
  ports::Changes changes;
  changes.removed_runs.push_back(id);
  if (task.leads()) changes.new_errands = errands_.for_run(task, id);
  auto errands = changes.new_errands;
  auto removed = co_await journal_.commit_for(task.id, std::move(changes));
  if (removed) {
    errands_.take(std::move(errands));
    open_.remove(id);
    settled_.notify_all();
    free_time(id);
    go_on(task.id);
  } else if (withdrawn) {
    runner_.offer(std::move(*withdrawn), task);
  } else if (held) {
    claims_.hold(std::move(held->run), held->scheduling_class, held->rank);
  } else if (displaced) {
    plans_.spawn(end_displaced(std::move(*displaced)));
  }
  co_return removed;
}

ports::AsyncResult<void> Scheduling::cancel_task(Task task, Why why) {
  const Instant now = ports_.clock.now();
  const TaskBook::Hold hold(book_, task);
  TaskProgress& progress = hold.progress();
  const TaskProgress before = progress;
  progress.enabled = false;
  progress.plans_runs = false;
  if (!progress.canceled_at) progress.canceled_at = now;
  queue_.forget(task.id);
  open_.remove_of(task.id);
  ports::Changes changes;
  changes.task_progress.emplace_back(task.id, progress);
  // Repeating it sends nobody out again: what is owed is durable with the first.
  if (task.leads() && !before.canceled_at) changes.new_errands = errands_.for_task(task);
  auto errands = changes.new_errands;
  const std::vector<Run> withdrawn = runner_.withdraw(task.id);
  const auto held = claims_.settle_of(task.id);
  const std::vector<Run> displaced = take_displaced(task.id);
  std::vector<Run> waiting = withdrawn;
  waiting.insert(waiting.end(), displaced.begin(), displaced.end());
  for (const auto& one : held) waiting.push_back(one.run);
  for (Run run : waiting) {
    if (run.times.start > now) {
      changes.removed_runs.push_back(run.id);
      continue;
    }
    changes.history.push_back({run.id, now, run.state, RunState::canceled, why.reason, why.actor});
    run.state = RunState::canceled;
    changes.changed_runs.push_back(std::move(run));
  }
  auto committed = co_await journal_.commit_for(task.id, std::move(changes));
  if (!committed) {
    progress.enabled = before.enabled;
    progress.plans_runs = before.plans_runs;
    progress.canceled_at = before.canceled_at;
    for (const Run& run : withdrawn) runner_.offer(run, task);
    for (const auto& one : held) claims_.hold(one.run, one.scheduling_class, one.rank);
    for (const Run& run : displaced) plans_.spawn(end_displaced(run));
    go_on(task.id);
    co_return committed;
  }
  errands_.take(std::move(errands));
  settled_.notify_all();
  for (const Run& run : waiting) free_time(run.id);
  co_await runner_.cancel(task.id, std::move(why));
  co_return Result<void>{};
}

}  // namespace pscheduler::services
