#include "pscheduler/services/run_journal.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <set>

#include "pscheduler/ports/messages.hpp"

namespace pscheduler::services {
namespace {

// How long to wait before a change that must not be lost is tried again on a store without room.
constexpr Duration kRetryInterval = std::chrono::seconds(1);

struct Entrance {
  RunState state;
  std::optional<Duration> late;  // of a tool's start
};

// The states that runs come into by these changes. A tool that is started ahead of time is not late.
std::vector<Entrance> entrances(const ports::Changes& changes) {
  std::vector<Entrance> found;
  for (const auto& change : changes.history) {
    found.push_back({change.to, std::nullopt});
    if (change.to != RunState::running) continue;
    const auto run = std::find_if(changes.changed_runs.begin(), changes.changed_runs.end(),
                                  [&](const Run& changed) { return changed.id == change.run; });
    if (run == changes.changed_runs.end()) continue;
    found.back().late = std::max(Duration::zero(), change.at - run->times.start);
  }
  return found;
}

}  // namespace

// Announces every run that was added or changed. Without a cancellation slot of the caller: a commit that
// somebody no longer waits for would leave open what has become of the change.
ports::AsyncResult<void> RunJournal::commit(ports::Changes changes) {
  std::set<TaskId> tasks;
  std::optional<Instant> expiry;
  for (const auto& run : changes.new_runs) tasks.insert(run.task);
  for (const auto& run : changes.changed_runs) {
    tasks.insert(run.task);
    if (run.expires) expiry = std::min(*run.expires, expiry.value_or(*run.expires));
  }
  std::vector<Entrance> entered;
  if (metrics_ != nullptr) entered = entrances(changes);
  const auto executor = co_await ports::asio::this_coro::executor;
  auto operation = ports::asio::co_spawn(
      executor, store_.commit(std::move(changes)),
      ports::asio::bind_cancellation_slot(ports::asio::cancellation_slot(), ports::asio::use_awaitable));
  auto committed = co_await std::move(operation);
  if (committed) {
    for (const TaskId task : tasks) events_.changed(task);
    if (expiry && on_expiry_) on_expiry_(*expiry);
    for (const auto& entrance : entered) metrics_->run_entered(entrance.state, entrance.late);
  }
  co_return committed;
}

ports::AsyncResult<void> RunJournal::add(Run run, Why why, ports::Changes together) {
  StateChange change{run.id,    clock_.now(),          std::nullopt,
                     run.state, std::move(why.reason), std::move(why.actor)};
  together.new_runs.push_back(std::move(run));
  together.history.push_back(std::move(change));
  co_return co_await commit(std::move(together));
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
  co_return Result<void>{};
}

ports::AsyncResult<void> RunJournal::commit_for(TaskId task, ports::Changes changes) {
  auto committed = co_await commit(std::move(changes));
  if (committed) events_.changed(task);
  co_return committed;
}

// Whether another try may succeed; if so, it is time for it.
ports::Async<bool> RunJournal::may_try_again(RunId run, Error error, bool first_time) {
  // The run, or its task, was removed while the store was full: nobody wants to know of it any more.
  if (error.code == Errc::not_found) co_return false;
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
