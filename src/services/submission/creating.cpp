// A task with several participants is created at all of them or at none (spec api.md 15.3).
//
// Before anybody is told, the task is stored disabled, together with the errands that would remove it from
// the others. The commit that enables it removes them. So whatever goes wrong in between, a crash included,
// the errands are there and take the task back.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/at_once.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/submission.hpp"

namespace pscheduler::services {
namespace {

// How long to wait before the store is tried again that has no room to note that a task is given up.
constexpr Duration kRetryInterval = std::chrono::seconds(1);

tl::unexpected<Error> stopping() {
  return fail(Errc::unavailable, "This node is being stopped; try again when it is back.");
}

bool is_being_created(const Task& task) {
  return task.leads() && !task.progress.enabled && !task.progress.canceled_at;
}

// As the other participants get it.
Json document_for_participants(const Task& task) {
  Json document = Json::parse(task.document, nullptr, false);
  document["participants"] = task.participants;
  document["_key"] = task.participant_key;
  return document;
}

Result<void> all_have_taken(const std::vector<Result<void>>& answers) {
  std::string failures;
  for (const auto& answer : answers) {
    if (!answer) failures += "\n  " + answer.error().message;
  }
  if (failures.empty()) return {};
  return fail(Errc::not_possible, "The task was not created, as not all participants took it:" + failures);
}

}  // namespace

ports::AsyncResult<TaskId> Submission::create_everywhere(Task task) {
  if (stopping_) co_return stopping();
  const auto wanted = std::make_shared<bool>(true);
  auto creation = create(std::move(task), wanted);
  try {
    auto created = co_await creations_.run(std::move(creation));
    co_return created;
  } catch (...) {
    *wanted = false;
    throw;
  }
}

// `wanted` turns false when the client has gone away. The task stays in the book meanwhile, so that a
// cancellation that comes in between is seen.
ports::AsyncResult<TaskId> Submission::create(Task task, std::shared_ptr<const bool> wanted) {
  const TaskBook::Hold hold(book_, task);
  TaskProgress& progress = hold.progress();
  std::vector<Errand> undoing = errands_.for_task(task);
  ports::Changes changes;
  changes.new_tasks.push_back(task);
  changes.new_errands = undoing;
  auto created = co_await ports_.store.commit(std::move(changes));
  if (!created) co_return fail(std::move(created.error()));
  created = co_await tell_participants(task);
  if (created && !*wanted) {
    created = fail(Errc::cancelled, "The one who posted the task went away while it was being created.");
  }
  if (created && progress.canceled_at) {
    created = fail(Errc::conflict, "The task was canceled while it was being created.");
  }
  if (created) created = co_await enable(task, progress, undoing);
  if (created) co_return task.id;
  ports_.log.write(ports::kTaskNotCreated,
                   {{"task", task.id.to_string()}, {"error", created.error().message}});
  errands_.take(std::move(undoing));
  creations_.spawn(give_up(std::move(task)));
  co_return fail(std::move(created.error()));
}

ports::Async<void> Submission::tell(PeerAddress peer, TaskId task, int number, Json document,
                                    Result<void>& answer) {
  answer = co_await peers_.create_task(std::move(peer), task, number, std::move(document));
}

ports::AsyncResult<void> Submission::tell_participants(const Task& task) {
  const Json document = document_for_participants(task);
  std::vector<Result<void>> answers(task.participants.size() - 1);
  const auto tell_one = [&](std::size_t i) {
    const int number = static_cast<int>(i) + 1;
    return tell(peer_of(task, number), task.id, number, document, answers[i]);
  };
  auto telling = ports::at_once(ports_.executor, answers.size(), tell_one);
  co_await std::move(telling);
  co_return all_have_taken(answers);
}

ports::AsyncResult<void> Submission::enable(const Task& task, TaskProgress& progress,
                                            const std::vector<Errand>& undoing) {
  progress.enabled = true;
  progress.plans_runs = true;
  ports::Changes changes;
  changes.task_progress.emplace_back(task.id, progress);
  for (const auto& errand : undoing) changes.removed_errands.push_back(errand.id);
  auto stored = co_await ports_.store.commit(std::move(changes));
  if (!stored) {
    progress.enabled = false;
    progress.plans_runs = false;
    co_return stored;
  }
  // Canceled in this very moment, it is with the errands of its cancellation.
  if (progress.enabled) {
    Task enabled = task;
    enabled.progress = progress;
    scheduling_.add(enabled);
  }
  co_return stored;
}

// Marks the task as canceled. Its errands are durable already, so nobody has to wait until a store without
// room has some again.
ports::Async<void> Submission::give_up(Task task) {
  const TaskBook::Hold hold(book_, task);
  TaskProgress& progress = hold.progress();
  if (!progress.canceled_at) progress.canceled_at = ports_.clock.now();
  for (;;) {
    ports::Changes changes;
    changes.task_progress.emplace_back(task.id, progress);
    const auto stored = co_await ports_.store.commit(std::move(changes));
    if (stored || stored.error().code != Errc::unavailable) co_return;
    co_await ports_.clock.sleep_for(kRetryInterval);
  }
}

ports::AsyncResult<void> Submission::recover() {
  auto owed = co_await ports_.store.errands();
  if (!owed) co_return fail(std::move(owed.error()));
  std::unordered_set<TaskId> seen;
  for (const auto& errand : *owed) {
    if (errand.run || !seen.insert(errand.task).second) continue;
    auto task = co_await ports_.store.task(errand.task);
    if (!task) co_return fail(std::move(task.error()));
    if (*task && is_being_created(**task)) creations_.spawn(give_up(std::move(**task)));
  }
  co_return Result<void>{};
}

ports::Async<void> Submission::stop() {
  stopping_ = true;
  creations_.cancel_all();
  co_await creations_.join();
}

}  // namespace pscheduler::services
