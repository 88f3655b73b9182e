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
    // A task with a waiting run is planned on when that run begins.
    if (!book_.has_waiting_runs(task.id)) add(task);
  }
  co_return Result<void>{};
}

// A store without room does not keep the node from starting: the run gets its end when there is room.
ports::AsyncResult<void> Scheduling::end_recovered(Run run, RunState to, Why why,
                                                   std::optional<RunResults> results) {
  auto copy_of_why = why;
  auto copy_of_results = results;
  auto moved = co_await journal_.move(run, to, std::move(copy_of_why), std::move(copy_of_results));
  if (moved || moved.error().code != Errc::unavailable) co_return moved;
  plans_.spawn(end_when_there_is_room(std::move(run), to, std::move(why), std::move(results)));
  co_return Result<void>{};
}

ports::Async<void> Scheduling::end_when_there_is_room(Run run, RunState to, Why why,
                                                      std::optional<RunResults> results) {
  co_await journal_.move_surely(run, to, std::move(why), std::move(results));
}

ports::AsyncResult<void> Scheduling::recover_run(Run run, const Task& task) {
  const Instant now = ports_.clock.now();
  const auto& rules = traits(task.scheduling_class);
  const bool streams_on = rules.multi_result && now < run.times.end;
  const bool not_begun = run.state == RunState::scheduling || run.state == RunState::pending;
  if (run.state == RunState::scheduling) {
    ports::Changes changes;
    changes.removed_runs.push_back(run.id);
    co_return co_await ports_.store.commit(std::move(changes));
  }
  if (run.state == RunState::cleanup) {
    runner_.offer(std::move(run), task);
    co_return Result<void>{};
  }
  if (!task.progress.enabled) {
    Why why = restart("Its task was canceled.");
    co_return co_await end_recovered(std::move(run), RunState::canceled, std::move(why));
  }
  if (run.state == RunState::running && streams_on) {
    runner_.offer(std::move(run), task);
    co_return Result<void>{};
  }
  if (!not_begun) {
    RunResults results;
    results.local = kInterrupted;
    if (task.leads() && !rules.multi_result) {
      results.full = "[" + results.local + "]";
      results.merged = kInterrupted;
    }
    run.status = 2;
    run.errors = "The daemon was interrupted while the tool was running; it was not run again.";
    ports_.log.write(ports::kRunInterrupted, {{"run", run.id.to_string()}});
    Why why = restart(run.errors);
    co_return co_await end_recovered(std::move(run), RunState::failed, std::move(why), std::move(results));
  }
  // A slot on the timeline is only good from its start; others may begin a little late.
  const bool too_late = rules.multi_result ? !streams_on
                        : rules.anytime    ? now >= run.times.start + settings_.straggle
                                           : now > run.times.start;
  if (too_late) {
    run.errors = "Not started: the daemon was not running when the run was due.";
    ports_.log.write(ports::kRunMissed, {{"run", run.id.to_string()}, {"reason", run.errors}});
    Why why = restart(run.errors);
    co_return co_await end_recovered(std::move(run), RunState::missed, std::move(why));
  }
  timeline_.insert({run.id, task.scheduling_class, run.times});
  runner_.offer(std::move(run), task);
  co_return Result<void>{};
}

}  // namespace pscheduler::services
