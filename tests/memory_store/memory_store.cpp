#include "memory_store/memory_store.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"

namespace pscheduler::test {
namespace {

template <class Things, class Key>
bool has(const Things& things, Key key) {
  return std::any_of(things.begin(), things.end(), key);
}

template <class Thing>
auto with_id(const Thing& id) {
  return [id](const auto& each) { return each.id == id; };
}

// Whether one before it in the same list, whose elements these are, has its id.
template <class Things>
bool comes_again(const Things& things, const typename Things::value_type& thing) {
  return std::any_of(things.data(), &thing, with_id(thing.id));
}

template <class Rows>
std::int64_t number_after(const Rows& rows) {
  return rows.empty() ? 1 : rows.rbegin()->first + 1;
}

std::string destination_of(const Archiving& archiving) {
  const Json spec = Json::parse(archiving.spec);
  const Json* data = json::find(spec, "data");
  return archiving.archiver + " " + (data == nullptr ? "null" : data->dump());
}

void change(Archiving& archiving, const Archiving& to) {
  archiving.attempts = to.attempts;
  archiving.last_attempt = to.last_attempt;
  archiving.next_attempt = to.next_attempt;
  archiving.completed = to.completed;
  archiving.archived = to.archived;
  archiving.diags = to.diags;
}

}  // namespace

Result<void> MemoryStore::check(const ports::Changes& changes) const {
  for (const auto& task : changes.new_tasks) {
    if (find(task.id) || comes_again(changes.new_tasks, task)) return fail(Errc::conflict, "the task exists");
  }
  for (const auto& [id, progress] : changes.task_progress) {
    if (!find(id) && !has(changes.new_tasks, with_id(id))) return fail(Errc::not_found, "no such task");
  }
  PSCHEDULER_TRY(check_runs(changes));
  PSCHEDULER_TRY(check_archivings(changes));
  return check_errands(changes);
}

Result<void> MemoryStore::check_runs(const ports::Changes& changes) const {
  for (const auto& run : changes.new_runs) {
    if (!find(run.task) && !has(changes.new_tasks, with_id(run.task)))
      return fail(Errc::not_found, "no such task");
    if (find(run.id) || comes_again(changes.new_runs, run)) return fail(Errc::conflict, "the run exists");
  }
  for (const auto& run : changes.changed_runs) {
    const auto* stored = find(run.id);
    const bool is_there = stored != nullptr && stored->run.task == run.task;
    const auto is_new = [&](const Run& each) { return each.id == run.id && each.task == run.task; };
    if (!is_there && !has(changes.new_runs, is_new)) return fail(Errc::not_found, "no such run");
  }
  const auto is_known = [&](RunId id) { return find(id) || has(changes.new_runs, with_id(id)); };
  for (const auto& [id, results] : changes.results) {
    if (!is_known(id)) return fail(Errc::not_found, "no such run");
  }
  for (const auto& step : changes.history) {
    if (!is_known(step.run)) return fail(Errc::not_found, "no such run");
  }
  return {};
}

Result<void> MemoryStore::check_archivings(const ports::Changes& changes) const {
  const auto is_known = [&](RunId id) { return find(id) || has(changes.new_runs, with_id(id)); };
  for (const auto& archiving : changes.new_archivings) {
    if (!is_known(archiving.run)) return fail(Errc::not_found, "no such run");
  }
  for (const auto& archiving : changes.changed_archivings) {
    const auto is_it = [&](const Archiving& each) {
      return each.run == archiving.run && each.index == archiving.index;
    };
    const auto* stored = find(archiving.run);
    const bool is_there = stored != nullptr && has(stored->archivings, is_it);
    if (!is_there && !has(changes.new_archivings, is_it)) return fail(Errc::not_found, "no such archiving");
  }
  return {};
}

Result<void> MemoryStore::check_errands(const ports::Changes& changes) const {
  for (const auto& errand : changes.new_errands) {
    if (has(errands_, with_id(errand.id)) || comes_again(changes.new_errands, errand))
      return fail(Errc::conflict, "the errand exists");
  }
  for (const auto& errand : changes.changed_errands) {
    if (!has(errands_, with_id(errand.id)) && !has(changes.new_errands, with_id(errand.id)))
      return fail(Errc::not_found, "no such errand");
  }
  return {};
}

void MemoryStore::apply(ports::Changes& changes) {
  for (auto& task : changes.new_tasks) {
    const Number number = number_after(tasks_);
    task_numbers_.emplace(task.id, number);
    tasks_.emplace(number, std::move(task));
  }
  for (const auto& [id, progress] : changes.task_progress)
    tasks_.at(task_numbers_.at(id)).progress = progress;
  for (auto& run : changes.new_runs) add(std::move(run));
  for (auto& run : changes.changed_runs) change(std::move(run));
  for (auto& [id, results] : changes.results) row(id).results = std::move(results);
  for (auto& step : changes.history) {
    auto& history = row(step.run).history;
    history.push_back(std::move(step));
  }
  for (auto& archiving : changes.new_archivings) {
    auto& archivings = row(archiving.run).archivings;
    archiving.destination = destination_of(archiving);
    archivings.push_back(std::move(archiving));
  }
  for (auto& archiving : changes.changed_archivings) {
    for (auto& each : row(archiving.run).archivings) {
      if (each.index == archiving.index) test::change(each, archiving);
    }
  }
  for (const auto& renewed : changes.renewed_archivings) {
    for (auto& each : row(renewed.run).archivings) {
      if (each.index == renewed.index) each.expires = renewed.expires;
    }
  }
  for (const auto& each : changes.destinations) destinations_.insert_or_assign(each.id, each);
  for (const auto& id : changes.forgotten_destinations) destinations_.erase(id);
  for (auto& errand : changes.new_errands) errands_.push_back(std::move(errand));
  for (const auto& errand : changes.changed_errands)
    *std::find_if(errands_.begin(), errands_.end(), with_id(errand.id)) = errand;
  for (const auto& id : changes.removed_errands) std::erase_if(errands_, with_id(id));
  keep(changes.known_peers);
  for (const auto& charge : changes.new_charges) add(charge);
  if (changes.pause) pause_ = *changes.pause;
  for (const auto& id : changes.removed_runs) remove(id);
  for (const auto& id : changes.removed_tasks) remove(id);
}

ports::AsyncResult<void> MemoryStore::commit(ports::Changes changes) {
  auto possible = check(changes);
  if (possible) {
    apply(changes);
    ++commits_;
  }
  co_return possible;
}

void MemoryStore::add(Run run) {
  const Number number = number_after(runs_);
  run_numbers_.emplace(run.id, number);
  enlist(number, run);
  runs_[number].run = std::move(run);
}

void MemoryStore::change(Run run) {
  const Number number = run_numbers_.at(run.id);
  auto& stored = runs_.at(number).run;
  delist(number, stored);
  enlist(number, run);
  settle_charges(run.id, run.state);
  stored = std::move(run);
}

void MemoryStore::add(const Charge& charge) {
  std::erase_if(charges_, [&](const ChargeRow& row) { return row.charge.forgotten <= charge.added; });
  charges_.push_back({charge, false});
}

void MemoryStore::settle_charges(RunId run, RunState state) {
  for (auto& row : charges_) {
    if (row.charge.run == run && state == RunState::running) row.has_run = true;
  }
  if (!traits(state).final) return;
  std::erase_if(charges_, [&](const ChargeRow& row) { return row.charge.run == run && !row.has_run; });
}

void MemoryStore::keep(const std::vector<KnownPeer>& peers) {
  Instant latest = Instant::min();
  for (const auto& peer : peers) {
    known_peers_.insert_or_assign(peer.host, peer);
    latest = std::max(latest, peer.seen);
  }
  if (peers.empty()) return;
  std::erase_if(known_peers_, [&](const auto& each) { return each.second.seen < latest - kKnownPeerAgeMax; });
  while (known_peers_.size() > kKnownPeersMax) {
    known_peers_.erase(
        std::min_element(known_peers_.begin(), known_peers_.end(),
                         [](const auto& a, const auto& b) { return a.second.seen < b.second.seen; }));
  }
}

void MemoryStore::remove(RunId id) {
  const auto found = run_numbers_.find(id);
  if (found == run_numbers_.end()) return;
  const auto row = runs_.find(found->second);
  delist(row->first, row->second.run);
  settle_charges(id, RunState::canceled);
  runs_.erase(row);
  run_numbers_.erase(found);
}

void MemoryStore::remove(TaskId id) {
  const auto found = task_numbers_.find(id);
  if (found == task_numbers_.end()) return;
  if (has(runs_, [&](const auto& each) { return each.second.run.task == id; })) return;
  tasks_.erase(found->second);
  task_numbers_.erase(found);
}

const Task* MemoryStore::find(TaskId id) const {
  const auto found = task_numbers_.find(id);
  return found == task_numbers_.end() ? nullptr : &tasks_.at(found->second);
}

const MemoryStore::RunRow* MemoryStore::find(RunId id) const {
  const auto found = run_numbers_.find(id);
  return found == run_numbers_.end() ? nullptr : &runs_.at(found->second);
}

std::optional<Instant> MemoryStore::place_in(ports::OldRuns list, const Run& run) const {
  const bool is_over = run.state >= RunState::finished;
  switch (list) {
    case ports::OldRuns::ended:
      return is_over ? std::optional(run.times.end) : std::nullopt;
    case ports::OldRuns::unfinished:
      return is_over ? std::nullopt : std::optional(run.times.end);
    case ports::OldRuns::expiring:
      break;
  }
  return is_over ? run.expires : std::nullopt;
}

void MemoryStore::enlist(Number number, const Run& run) {
  for (std::size_t list = 0; list < old_runs_.size(); ++list) {
    if (const auto at = place_in(ports::OldRuns(list), run)) old_runs_[list].emplace(*at, number);
  }
}

void MemoryStore::delist(Number number, const Run& run) {
  for (std::size_t list = 0; list < old_runs_.size(); ++list) {
    if (const auto at = place_in(ports::OldRuns(list), run)) old_runs_[list].erase({*at, number});
  }
}

ports::AsyncResult<std::optional<Task>> MemoryStore::task(TaskId id) {
  const auto* found = find(id);
  co_return found ? std::optional(*found) : std::nullopt;
}

ports::AsyncResult<std::optional<Task>> MemoryStore::task_of_run(RunId run) {
  const auto* found = find(run);
  co_return found ? std::optional(*find(found->run.task)) : std::nullopt;
}

ports::AsyncResult<std::optional<ports::StoredRun>> MemoryStore::run(TaskId task, RunId id) {
  const auto* found = find(id);
  if (!found || found->run.task != task) co_return std::nullopt;
  co_return ports::StoredRun{found->run, found->results};
}

ports::AsyncResult<std::vector<StateChange>> MemoryStore::history(RunId run) {
  const auto* found = find(run);
  co_return found ? found->history : std::vector<StateChange>();
}

ports::AsyncResult<Pause> MemoryStore::pause() {
  co_return pause_;
}

}  // namespace pscheduler::test
