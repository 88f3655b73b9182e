#include "pscheduler/services/run_journal.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "pscheduler/ports/messages.hpp"

namespace pscheduler::services {
namespace {

// How long to wait before a change that must not be lost is tried again on a store without room.
constexpr Duration kRetryInterval = std::chrono::seconds(1);

}  // namespace

// Without a cancellation slot of the caller: a commit that somebody no longer waits for would leave open what
// has become of the change.
ports::AsyncResult<void> RunJournal::commit(ports::Changes changes) {
  const auto executor = co_await ports::asio::this_coro::executor;
  auto operation = ports::asio::co_spawn(
      executor, store_.commit(std::move(changes)),
      ports::asio::bind_cancellation_slot(ports::asio::cancellation_slot(), ports::asio::use_awaitable));
  auto committed = co_await std::move(operation);
  co_return committed;
}

ports::AsyncResult<void> RunJournal::add(Run run, Why why, ports::Changes together) {
  const TaskId task = run.task;
  StateChange change{run.id,    clock_.now(),          std::nullopt,
                     run.state, std::move(why.reason), std::move(why.actor)};
  together.new_runs.push_back(std::move(run));
  together.history.push_back(std::move(change));
  auto committed = co_await commit(std::move(together));
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
  auto committed = co_await commit(std::move(together));
  if (!committed) co_return committed;
  run = std::move(changed);
  events_.changed(run.task);
  co_return Result<void>{};
}

ports::AsyncResult<void> RunJournal::commit_for(TaskId task, ports::Changes changes) {
  auto committed = co_await commit(std::move(changes));
  if (committed) events_.changed(task);
  co_return committed;
}

// Whether another try may succeed; if so, it is time for it.
ports::Async<bool> RunJournal::may_try_again(RunId run, Error error, bool first_time) {
  if (error.code != Errc::unavailable) {
    log_.write(ports::kRunStateRefused, {{"run", run.to_string()}, {"error", error.message}});
    co_return false;
  }
  if (first_time) log_.write(ports::kStoreFull, {{"run", run.to_string()}, {"error", error.message}});
  co_await clock_.sleep_for(kRetryInterval);
  co_return true;
}

ports::Async<void> RunJournal::move_surely(Run& run, RunState to, Why why, std::optional<RunResults> results,
                                           MakeChanges together) {
  for (bool first_time = true;; first_time = false) {
    auto copy_of_results = results;
    auto copy_of_why = why;
    ports::Changes changes;
    if (together) changes = together();
    auto moved =
        co_await move(run, to, std::move(copy_of_why), std::move(copy_of_results), std::move(changes));
    if (moved) co_return;
    const bool again = co_await may_try_again(run.id, std::move(moved.error()), first_time);
    if (!again) co_return;
  }
}

ports::Async<void> RunJournal::add_surely(Run run, Why why, MakeChanges together) {
  for (bool first_time = true;; first_time = false) {
    Run copy_of_run = run;
    auto copy_of_why = why;
    ports::Changes changes = together();
    auto added = co_await add(std::move(copy_of_run), std::move(copy_of_why), std::move(changes));
    if (added) co_return;
    const bool again = co_await may_try_again(run.id, std::move(added.error()), first_time);
    if (!again) co_return;
  }
}

}  // namespace pscheduler::services
