// Results that were given up, offered again.

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/archive_spec.hpp"
#include "pscheduler/services/archivist.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "services/archiving/archive_document.hpp"
#include "services/archiving/attempt_history.hpp"
#include "services/archiving/under_way.hpp"

namespace pscheduler::services {
namespace {

// What one step takes up: a commit of milliseconds.
constexpr int kStep = 100;

// From now on as if the run had just ended, so that a time to live that has passed does not end it at once.
Archiving offered_again(Archiving archiving, Instant now, const std::string& actor) {
  const ArchiveSpec spec = read_archive_spec(stored_value(archiving.spec));
  archiving.completed = false;
  archiving.next_attempt = now;
  archiving.expires = spec.ttl ? std::optional(now + *spec.ttl) : std::nullopt;
  remember(archiving, {now, 0, nullptr, "Offered again by " + actor + "."});
  return archiving;
}

}  // namespace

// Steps through what is given up, from the latest on: what is given up meanwhile comes before that, and is
// not taken up twice.
ports::AsyncResult<std::int64_t> Archivist::offer_again(GivenUpSelection which, std::string actor) {
  while (offering_) co_await changed_.wait();
  const Offering mark(*this);
  std::int64_t offered = 0;
  ports::GivenUpPlace place;
  for (bool more = true; more;) {
    auto asking = given_up(which, place, kStep);
    auto page = co_await std::move(asking);
    if (!page) co_return fail(std::move(page.error()));
    more = !which.run && std::ssize(*page) == kStep;
    std::map<TaskId, std::vector<Archiving>> by_task;
    for (auto& each : *page) {
      place = each.place;
      by_task[each.archiving.task].push_back(std::move(each.archiving));
    }
    for (auto& [task, archivings] : by_task) {
      auto offering = offer_of_task(task, std::move(archivings), actor);
      auto taken = co_await std::move(offering);
      if (!taken) co_return fail(std::move(taken.error()));
      offered += *taken;
    }
  }
  if (offered > 0) ports_.log.write(ports::kArchivingRetried, {{"results", offered}, {"actor", actor}});
  co_return offered;
}

ports::AsyncResult<std::vector<ports::GivenUp>> Archivist::given_up(GivenUpSelection which,
                                                                    ports::GivenUpPlace after,
                                                                    int count_max) const {
  if (!which.run) {
    auto asking = ports_.store.given_up(which.destination, after, count_max);
    co_return co_await std::move(asking);
  }
  auto archivings = co_await ports_.store.archivings(*which.run);
  if (!archivings) co_return fail(std::move(archivings.error()));
  std::vector<ports::GivenUp> found;
  for (auto& archiving : *archivings) {
    const bool fits = which.destination.empty() || archiving.destination == which.destination;
    if (!archiving.completed || archiving.archived || !fits) continue;
    ports::GivenUp each;
    each.place.at = archiving.next_attempt;
    each.archiving = std::move(archiving);
    found.push_back(std::move(each));
  }
  co_return found;
}

// Together where that goes; when one of the runs has been removed meanwhile, those that are there one by one.
ports::AsyncResult<std::int64_t> Archivist::offer_of_task(TaskId id, std::vector<Archiving> archivings,
                                                          std::string actor) {
  auto task = co_await ports_.store.task(id);
  if (!task) co_return fail(std::move(task.error()));
  if (!*task) co_return 0;
  auto offering = offer_at_once(**task, archivings, actor);
  auto offered = co_await std::move(offering);
  if (offered) co_return std::ssize(archivings);
  if (offered.error().code != Errc::not_found) co_return fail(std::move(offered.error()));
  std::int64_t count = 0;
  for (const auto& archiving : archivings) {
    std::vector<Archiving> one{archiving};
    auto offering_one = offer_at_once(**task, std::move(one), actor);
    auto alone = co_await std::move(offering_one);
    if (alone) ++count;
    if (!alone && alone.error().code != Errc::not_found) co_return fail(std::move(alone.error()));
  }
  co_return count;
}

// A run whose time was set when its last archiving was completed loses it: the next last one sets it.
ports::AsyncResult<void> Archivist::offer_at_once(const Task& task, std::vector<Archiving> archivings,
                                                  std::string actor) {
  std::map<RunId, std::unique_ptr<Recording>> marks;
  for (const auto& archiving : archivings) {
    if (marks.contains(archiving.run)) continue;
    while (recording_.contains(archiving.run)) co_await changed_.wait();
    marks.emplace(archiving.run, std::make_unique<Recording>(*this, archiving.run));
  }
  const Instant now = ports_.clock.now();
  ports::Changes changes;
  for (auto& archiving : archivings) {
    changes.changed_archivings.push_back(offered_again(std::move(archiving), now, actor));
    changes.renewed_archivings.push_back(changes.changed_archivings.back());
  }
  if (keep_after_archive(task)) {
    for (const auto& [id, mark] : marks) {
      auto stored = co_await ports_.store.run(task.id, id);
      if (!stored) co_return fail(std::move(stored.error()));
      if (!*stored || !(*stored)->run.expires) continue;
      (*stored)->run.expires.reset();
      changes.changed_runs.push_back(std::move((*stored)->run));
    }
  }
  auto committing = journal_.commit_for(task.id, std::move(changes));
  auto committed = co_await std::move(committing);
  for (const auto& [id, mark] : marks) {
    if (committed) look(id);
  }
  co_return committed;
}

}  // namespace pscheduler::services
