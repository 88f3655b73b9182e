#include "pscheduler/services/run_journal.hpp"

#include <algorithm>

#include "pscheduler/ports/messages.hpp"

namespace pscheduler::services {
namespace {

// How long to wait before a change that must not be lost is tried again on a store without room.
constexpr Duration kRetryInterval = std::chrono::seconds(1);

}  // namespace

ports::AsyncResult<void> RunJournal::add(Run run, Why why, ports::Changes together) {
  const TaskId task = run.task;
  StateChange change{run.id,    clock_.now(),          std::nullopt,
                     run.state, std::move(why.reason), std::move(why.actor)};
  together.new_runs.push_back(std::move(run));
  together.history.push_back(std::move(change));
  auto committed = co_await store_.commit(std::move(together));
  if (committed) events_.changed(task);
  co_return committed;
}

ports::AsyncResult<void> RunJournal::move(Run& run, RunState to, Why why, std::optional<RunResults> results,
                                          ports::Changes together) {
  if (!is_allowed(run.state, to)) {
    co_return fail(Errc::internal, "A run cannot go from " + std::string(traits(run.state).name) + " to " +
                                       std::string(traits(to).name) + ".");
  }
  const Instant now = clock_.now();
  Run changed = run;
  changed.state = to;
  if (traits(to).cuts_end) changed.times.end = std::max(changed.times.start, now);
  StateChange change{run.id, now, run.state, to, std::move(why.reason), std::move(why.actor)};
  together.changed_runs.push_back(changed);
  together.history.push_back(std::move(change));
  if (results) together.results.emplace_back(run.id, std::move(*results));
  auto committed = co_await store_.commit(std::move(together));
  if (!committed) co_return committed;
  run = std::move(changed);
  events_.changed(run.task);
  co_return Result<void>{};
}

ports::AsyncResult<void> RunJournal::commit_for(TaskId task, ports::Changes changes) {
  auto committed = co_await store_.commit(std::move(changes));
  if (committed) events_.changed(task);
  co_return committed;
}

ports::Async<void> RunJournal::move_surely(Run& run, RunState to, Why why, std::optional<RunResults> results,
                                           ports::Changes together) {
  for (bool said = false;;) {
    auto copy_of_results = results;
    auto copy_of_changes = together;
    auto copy_of_why = why;
    auto moved = co_await move(run, to, std::move(copy_of_why), std::move(copy_of_results),
                               std::move(copy_of_changes));
    if (moved) co_return;
    if (moved.error().code != Errc::unavailable) {
      log_.write(ports::kRunStateRefused, {{"run", run.id.to_string()}, {"error", moved.error().message}});
      co_return;
    }
    if (!said) log_.write(ports::kStoreFull, {{"run", run.id.to_string()}, {"error", moved.error().message}});
    said = true;
    co_await clock_.sleep_for(kRetryInterval);
  }
}

}  // namespace pscheduler::services
