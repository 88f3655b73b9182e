// What becomes of the runs and tasks that were under way when the daemon ended (spec scheduling.md 12.7).

#include <algorithm>
#include <unordered_map>

#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/scheduling.hpp"

namespace pscheduler::services {
namespace {

constexpr std::string_view kInterrupted =
    R"({"succeeded":false,"error":"The daemon was interrupted while the tool was running; it was not run again."})";

Why restart(std::string reason) {
  return {std::move(reason), "restart"};
}

}  // namespace

ports::AsyncResult<void> Scheduling::recover() {
  auto runs = co_await ports_.store.unfinished_runs();
  if (!runs) co_return fail(std::move(runs.error()));
  for (auto& run : *runs) {
    auto task = co_await ports_.store.task(run.task);
    if (!task) co_return fail(std::move(task.error()));
    if (!*task) continue;
    const Task owner = std::move(**task);
    auto recovered = co_await recover_run(std::move(run), owner);
    if (!recovered) co_return recovered;
  }
  auto tasks = co_await ports_.store.planning_tasks();
  if (!tasks) co_return fail(std::move(tasks.error()));
  for (const auto& task : *tasks) {
    // A task whose run waits is planned on when that run has ended.
    const bool waits = book_.find(task.id) != nullptr;
    if (!waits) add(task);
  }
  co_return Result<void>{};
}

ports::AsyncResult<void> Scheduling::recover_run(Run run, const Task& task) {
  const Instant now = ports_.clock.now();
  switch (run.state) {
    case RunState::scheduling: {
      ports::Changes changes;
      changes.removed_runs.push_back(run.id);
      co_return co_await ports_.store.commit(std::move(changes));
    }
    case RunState::on_deck:
    case RunState::running: {
      RunResults results;
      results.local = kInterrupted;
      if (task.leads()) {
        results.full = "[" + results.local + "]";
        results.merged = kInterrupted;
      }
      run.status = 2;
      run.errors = "The daemon was interrupted while the tool was running; it was not run again.";
      ports_.log.write(ports::kRunInterrupted, {{"run", run.id.to_string()}});
      Why why = restart(run.errors);
      co_return co_await journal_.move(run, RunState::failed, std::move(why), std::move(results));
    }
    case RunState::pending: {
      const bool long_run = traits(task.scheduling_class).multi_result;
      const bool too_late = long_run ? now >= run.times.end : now >= run.times.start + settings_.straggle;
      const bool anytime = traits(task.scheduling_class).anytime;
      if (too_late || (!anytime && now > run.times.start)) {
        run.errors = "Not started: the daemon was not running when the run was due.";
        ports_.log.write(ports::kRunMissed, {{"run", run.id.to_string()}, {"reason", run.errors}});
        Why why = restart(run.errors);
        co_return co_await journal_.move(run, RunState::missed, std::move(why));
      }
      if (!long_run && now > run.times.start) run.times = TimeRange{now, now + task.duration};
      timeline_.insert({run.id, task.scheduling_class, run.times});
      runner_.offer(std::move(run), task);
      co_return Result<void>{};
    }
    case RunState::cleanup:
      runner_.offer(std::move(run), task);
      co_return Result<void>{};
    case RunState::finished:
    case RunState::overdue:
    case RunState::missed:
    case RunState::failed:
    case RunState::preempted:
    case RunState::nonstart:
    case RunState::canceled:
      break;
  }
  co_return Result<void>{};
}

}  // namespace pscheduler::services
