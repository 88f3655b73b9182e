// What others ask for: runs at a time that they chose, their removal, and the end of a task.

#include <algorithm>

#include "pscheduler/services/scheduling.hpp"

namespace pscheduler::services {
namespace {

tl::unexpected<Error> stopping() {
  return fail(Errc::unavailable, "This node is being stopped; try again when it is back.");
}

}  // namespace

ports::AsyncResult<RunId> Scheduling::place(Task task, std::optional<RunId> id, Instant start, Why why) {
  if (stopping_) co_return stopping();
  auto placing = place_run(std::move(task), id, start, std::move(why));
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

ports::AsyncResult<RunId> Scheduling::place_run(Task task, std::optional<RunId> id, Instant start, Why why) {
  const TimeRange times{start, start + task.duration};
  const auto& rules = traits(task.scheduling_class);
  if (!rules.multi_result && start > ports_.clock.now() + settings_.horizon) {
    co_return fail(Errc::invalid_argument, "start-time lies beyond this host's schedule horizon.");
  }
  if (!rules.anytime) {
    const auto conflict = timeline_.first_conflict(task.scheduling_class, times, task.priority.value_or(0));
    if (conflict) {
      std::string reason = co_await describe_conflict(*conflict);
      co_return fail(Errc::conflict, std::move(reason));
    }
  }
  const RunId run_id = id ? *id : RunId(ports::new_uuid(ports_.random));
  Run run = new_run(task, run_id, times);
  auto stored = co_await store_run(task, std::move(run), std::move(why), Origin::placed, {});
  if (!stored) co_return fail(std::move(stored.error()));
  co_return run_id;
}

ports::AsyncResult<void> Scheduling::remove_run(Task task, RunId id, Why why) {
  auto found = co_await ports_.store.run(task.id, id);
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(Errc::not_found, "There is no such run.");
  const TaskBook::Hold hold(book_, task);
  std::optional<Run> withdrawn = runner_.withdraw(id);
  if (!withdrawn) co_await runner_.interrupt(id, RunState::canceled, std::move(why));
  ports::Changes changes;
  changes.removed_runs.push_back(id);
  auto removed = co_await journal_.commit_for(task.id, std::move(changes));
  if (removed) {
    open_.remove(id);
    free_time(id);
    go_on(task.id);
  } else if (withdrawn) {
    runner_.offer(std::move(*withdrawn), task);
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
  const std::vector<Run> withdrawn = runner_.withdraw(task.id);
  for (Run run : withdrawn) {
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
    go_on(task.id);
    co_return committed;
  }
  for (const Run& run : withdrawn) free_time(run.id);
  co_await runner_.cancel(task.id, std::move(why));
  co_return Result<void>{};
}

}  // namespace pscheduler::services
