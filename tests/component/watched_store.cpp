#include "component/watched_store.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>

namespace pscheduler::test {
namespace {

struct Outcome {
  explicit Outcome(const ports::asio::any_io_executor& executor) : there(executor) {}
  std::optional<Result<void>> result;
  ports::Event there;
};

}  // namespace

bool brings_to(const ports::Changes& changes, RunState state) {
  const auto is_so = [state](const Run& run) { return run.state == state; };
  return std::any_of(changes.changed_runs.begin(), changes.changed_runs.end(), is_so) ||
         std::any_of(changes.new_runs.begin(), changes.new_runs.end(), is_so);
}

ports::AsyncResult<void> WatchedStore::commit_when_released(ports::Changes changes) {
  if (held_ && (!held_state_ || brings_to(changes, *held_state_))) {
    ++held_back_;
    while (held_) co_await released_.wait();
    --held_back_;
  }
  if (before_commit) co_await before_commit(changes);
  if (!power_) co_return fail(Errc::unavailable, "The power is off.");
  std::optional<ports::Changes> made;
  if (after_commit) made = changes;
  auto result = co_await watch(store_->commit(std::move(changes)));
  if (made && result) co_await after_commit(*made);
  if (!power_) co_return fail(Errc::unavailable, "The power is off.");
  co_return result;
}

ports::AsyncResult<std::optional<Task>> WatchedStore::read_task(TaskId id) {
  auto found = co_await watch(store_->task(id));
  if (change_task && found && *found) change_task(**found);
  co_return found;
}

ports::AsyncResult<std::optional<ports::StoredRun>> WatchedStore::read_run(TaskId task, RunId id) {
  auto stored = co_await watch(store_->run(task, id));
  while (reads_held_) co_await released_.wait();
  co_return stored;
}

ports::AsyncResult<ports::ArchivingPage> WatchedStore::read_due_archivings(std::string destination,
                                                                           Instant now, int count_max) {
  auto reading = watch(store_->due_archivings(std::move(destination), now, count_max));
  auto page = co_await std::move(reading);
  while (reads_held_) co_await released_.wait();
  co_return page;
}

// As in the real store, a commit goes on when its caller is cancelled.
ports::AsyncResult<void> WatchedStore::commit(ports::Changes changes) {
  if (refuses && refuses(changes)) co_return fail(Errc::unavailable, "There is no room on the disk.");
  auto outcome = std::make_shared<Outcome>(executor_);
  ports::asio::co_spawn(executor_, commit_when_released(std::move(changes)),
                        [outcome](const std::exception_ptr& error, Result<void> result) {
                          if (error) result = fail(Errc::internal, "The commit was broken off.");
                          outcome->result = std::move(result);
                          outcome->there.notify_all();
                        });
  while (!outcome->result) co_await outcome->there.wait();
  co_return std::move(*outcome->result);
}

}  // namespace pscheduler::test
