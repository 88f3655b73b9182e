// Runs at a time somebody else chose, and their removal.

#include <algorithm>

#include "pscheduler/services/scheduling.hpp"

namespace pscheduler::services {

ports::AsyncResult<RunId> Scheduling::place(const Task& task, std::optional<RunId> id, Instant start,
                                            Why why) {
  const TimeRange times{start, start + task.duration};
  const auto& rules = traits(task.scheduling_class);
  if (!rules.multi_result && start > ports_.clock.now() + settings_.horizon) {
    co_return fail(Errc::invalid_argument, "start-time lies beyond this host's schedule horizon.");
  }
  if (!rules.anytime) {
    const auto conflict = timeline_.first_conflict(task.scheduling_class, times);
    if (conflict) co_return fail(Errc::conflict, describe_conflict(*conflict));
  }
  const RunId run_id = id ? *id : RunId(ports::new_uuid(ports_.random));
  Run run = new_run(task, run_id, times);
  auto stored = co_await store_run(task, std::move(run), std::move(why), false);
  if (!stored) co_return fail(std::move(stored.error()));
  co_return run_id;
}

ports::AsyncResult<void> Scheduling::remove(TaskId task, RunId id, Why why) {
  auto found = co_await ports_.store.run(task, id);
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(Errc::not_found, "There is no such run.");
  if (!runner_.withdraw(id)) co_await runner_.interrupt(id, RunState::canceled, std::move(why));
  timeline_.erase(id);
  ports::Changes changes;
  changes.removed_runs.push_back(id);
  co_return co_await ports_.store.commit(std::move(changes));
}

ports::AsyncResult<void> Scheduling::cancel(Task task, Why why) {
  const Instant now = ports_.clock.now();
  TaskProgress& progress = book_.open(task);
  const TaskProgress before = progress;
  progress.enabled = false;
  progress.plans_runs = false;
  if (!progress.canceled_at) progress.canceled_at = now;
  ports::Changes changes;
  changes.task_progress.emplace_back(task.id, progress);
  const std::vector<Run> withdrawn = runner_.withdraw(task.id);
  for (Run run : withdrawn) {
    timeline_.erase(run.id);
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
    book_.open(task) = before;
    for (const Run& run : withdrawn) {
      timeline_.insert({run.id, task.scheduling_class, run.times});
      runner_.offer(run, task);
    }
    co_return committed;
  }
  co_await runner_.cancel(task.id, std::move(why));
  book_.close_if_idle(task.id);
  co_return Result<void>{};
}

}  // namespace pscheduler::services
