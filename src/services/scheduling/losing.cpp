// Runs that this node leads and that another participant has given up.

#include "pscheduler/services/scheduling.hpp"

namespace pscheduler::services {
namespace {

tl::unexpected<Error> not_now() {
  return fail(Errc::conflict, "The run is just being changed here; say it again in a moment.");
}

}  // namespace

// Nobody is to measure alone: the run is taken from all others, and its attempt may find another time.
ports::AsyncResult<void> Scheduling::lose_run(Task task, RunId id, int participant, std::string reason) {
  auto found = co_await ports_.store.run(task.id, id);
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(Errc::not_found, "There is no such run.");
  const RunState state = (*found)->run.state;
  if (state == RunState::scheduling) co_return not_now();
  if (state != RunState::pending) co_return Result<void>{};
  auto withdrawn = runner_.withdraw(id);
  if (!withdrawn) co_return not_now();
  timeline_.make_firm(id);
  giving_way_.emplace(id, *withdrawn);
  reason = task.participants.at(static_cast<std::size_t>(participant)) + " has given the run up: " + reason;
  ports::Changes changes;
  preempt(changes, &task, *withdrawn, reason, participant);
  const auto errands = changes.new_errands;
  auto stored = co_await journal_.commit_for(task.id, std::move(changes));
  std::vector<Displaced> lost{{std::move(*withdrawn), task.scheduling_class}};
  lost = take_those_left(std::move(lost));
  if (!stored) {
    co_await give_back(std::move(lost));
    co_return stored;
  }
  errands_.take(errands);
  keep_open(lost);
  go_on(task.id);
  co_return Result<void>{};
}

}  // namespace pscheduler::services
