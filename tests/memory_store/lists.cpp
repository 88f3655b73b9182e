// What the store in memory tells of many things at once.

#include <algorithm>
#include <tuple>

#include "memory_store/memory_store.hpp"
#include "memory_store/rows.hpp"

namespace pscheduler::test {
namespace {

bool is_one_of(RunState state, std::initializer_list<RunState> states) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

bool is_over(RunState state) {
  return state >= RunState::finished;
}

// Its archivings that are not completed: the latest end of their time to live.
std::optional<Instant> archived_until(const std::vector<Archiving>& archivings) {
  std::optional<Instant> until;
  for (const auto& each : archivings) {
    if (!each.completed)
      until = std::max(until.value_or(Instant::min()), each.expires.value_or(Instant::max()));
  }
  return until;
}

bool is_wanted(const Run& run, const ports::RunFilter& filter) {
  if (filter.starts_at_or_after && run.times.start < *filter.starts_at_or_after) return false;
  if (filter.ends_at_or_before && run.times.end > *filter.ends_at_or_before) return false;
  if (!filter.upcoming_at) return run.state != RunState::scheduling;
  return run.times.end > *filter.upcoming_at &&
         is_one_of(run.state, {RunState::pending, RunState::on_deck, RunState::running, RunState::nonstart});
}

bool by_start(const ports::ScheduledRun& a, const ports::ScheduledRun& b) {
  return a.times.start < b.times.start;
}

bool by_end(const ports::ScheduledRun& a, const ports::ScheduledRun& b) {
  return a.times.end < b.times.end;
}

}  // namespace

ports::AsyncResult<ports::TaskPage> MemoryStore::tasks(std::optional<std::int64_t> cursor, int page_size) {
  ports::TaskPage page;
  Number last = 0;
  for (auto it = tasks_.upper_bound(cursor.value_or(0)); it != tasks_.end(); ++it) {
    if (std::cmp_equal(page.tasks.size(), page_size)) {
      page.next_cursor = last;
      break;
    }
    last = it->first;
    page.tasks.push_back(it->second);
  }
  co_return page;
}

ports::AsyncResult<std::vector<RunId>> MemoryStore::runs(TaskId task, ports::RunFilter filter) {
  std::vector<const Run*> found;
  for (const auto& [number, row] : runs_) {
    if (row.run.task == task && is_wanted(row.run, filter)) found.push_back(&row.run);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Run* a, const Run* b) { return a->times.start < b->times.start; });
  if (filter.limit) keep_first(found, static_cast<std::size_t>(*filter.limit));
  std::vector<RunId> ids;
  for (const Run* run : found) ids.push_back(run->id);
  co_return ids;
}

ports::AsyncResult<std::optional<RunId>> MemoryStore::first_run(TaskId task) {
  return next_run(task, Instant::min());
}

ports::AsyncResult<std::optional<RunId>> MemoryStore::next_run(TaskId task, Instant from) {
  const Run* next = nullptr;
  for (const auto& [number, row] : runs_) {
    const bool counts = row.run.task == task && row.run.state != RunState::scheduling;
    if (!counts || row.run.times.start < from) continue;
    if (!next || row.run.times.start < next->times.start) next = &row.run;
  }
  co_return next ? std::optional(next->id) : std::nullopt;
}

ports::AsyncResult<std::vector<Run>> MemoryStore::unfinished_runs() {
  std::vector<Run> found;
  for (const auto& [number, row] : runs_) {
    if (!is_over(row.run.state)) found.push_back(row.run);
  }
  co_return found;
}

ports::AsyncResult<std::vector<Task>> MemoryStore::planning_tasks() {
  std::vector<Task> found;
  for (const auto& [number, task] : tasks_) {
    if (task.progress.plans_runs) found.push_back(task);
  }
  co_return found;
}

ports::AsyncResult<std::vector<Run>> MemoryStore::open_runs(Instant now) {
  std::vector<Run> found;
  for (const auto& [number, row] : runs_) {
    const bool is_open = is_one_of(row.run.state, {RunState::preempted, RunState::nonstart});
    if (is_open && row.run.latest_start && *row.run.latest_start > now) found.push_back(row.run);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Run& a, const Run& b) { return a.nominal_start < b.nominal_start; });
  co_return found;
}

ports::AsyncResult<std::vector<KnownPeer>> MemoryStore::known_peers() {
  std::vector<KnownPeer> found;
  for (const auto& [host, peer] : known_peers_) found.push_back(peer);
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.seen > b.seen; });
  co_return found;
}

ports::AsyncResult<std::vector<Errand>> MemoryStore::errands() {
  auto found = errands_;
  std::stable_sort(found.begin(), found.end(),
                   [](const Errand& a, const Errand& b) { return a.next_attempt < b.next_attempt; });
  co_return found;
}

ports::AsyncResult<ports::Store::LastRuns> MemoryStore::last_runs() {
  LastRuns last;
  for (const auto& [number, row] : runs_) {
    const auto state = row.run.state;
    if (state == RunState::finished || state == RunState::overdue || state == RunState::failed)
      last.finished = std::max(last.finished.value_or(Instant::min()), row.run.times.end);
    last.scheduled = std::max(last.scheduled.value_or(Instant::min()), row.run.added);
  }
  co_return last;
}

ports::ScheduledRun MemoryStore::as_scheduled(const Run& run) const {
  return {run.id, run.task, run.times, run.state, run.errors, run.priority, find(run.task)->scheduling_class};
}

template <class Condition>
std::vector<ports::ScheduledRun> MemoryStore::scheduled_where(Condition condition) const {
  std::vector<ports::ScheduledRun> found;
  for (const auto& [number, row] : runs_) {
    if (condition(row.run)) found.push_back(as_scheduled(row.run));
  }
  std::stable_sort(found.begin(), found.end(), by_start);
  return found;
}

ports::AsyncResult<ports::SchedulePage> MemoryStore::schedule_page(ports::ScheduleFilter filter,
                                                                   std::optional<ports::SchedulePlace> after,
                                                                   int page_size) {
  Places places;
  for (const auto& [number, row] : runs_) {
    const auto& [start, end] = row.run.times;
    if (filter.task && row.run.task != *filter.task) continue;
    if (filter.from && start < *filter.from && end <= *filter.from) continue;
    if (filter.until && start >= *filter.until) continue;
    places.emplace(start, number);
  }
  ports::SchedulePage page;
  for (const auto& [start, number] : places) {
    if (after && std::tie(start, number) <= std::tie(after->start, after->number)) continue;
    page.runs.push_back(as_scheduled(runs_.at(number).run));
    if (std::cmp_less(page.runs.size(), page_size)) continue;
    page.next = {start, number};
    break;
  }
  co_return page;
}

ports::AsyncResult<ports::RunsAround> MemoryStore::runs_around(Instant now, int count_max) {
  const auto count = static_cast<std::size_t>(count_max);
  ports::RunsAround around;
  around.past = scheduled_where([&](const Run& run) { return is_over(run.state) && run.times.end <= now; });
  std::stable_sort(around.past.begin(), around.past.end(), by_end);
  around.past.erase(around.past.begin(),
                    around.past.end() - static_cast<std::ptrdiff_t>(std::min(count, around.past.size())));
  std::stable_sort(around.past.begin(), around.past.end(), by_start);
  around.present =
      scheduled_where([&](const Run& run) { return run.times.start <= now && run.times.end > now; });
  keep_first(around.present, count);
  auto late = scheduled_where([&](const Run& run) {
    return is_one_of(run.state, {RunState::on_deck, RunState::running, RunState::cleanup}) &&
           run.times.start <= now && run.times.end <= now;
  });
  keep_first(late, count);
  around.present.insert(around.present.end(), late.begin(), late.end());
  std::stable_sort(around.present.begin(), around.present.end(), by_start);
  around.future = scheduled_where([&](const Run& run) {
    return run.times.start > now &&
           is_one_of(run.state, {RunState::pending, RunState::on_deck, RunState::nonstart});
  });
  keep_first(around.future, count);
  co_return around;
}

ports::AsyncResult<std::int64_t> MemoryStore::count_runs(RunState state, std::optional<Instant> from,
                                                         std::optional<Instant> until) {
  co_return std::count_if(runs_.begin(), runs_.end(), [&](const auto& each) {
    const Instant start = each.second.run.times.start;
    return each.second.run.state == state && (!from || start >= *from) && (!until || start <= *until);
  });
}

ports::AsyncResult<ports::Census> MemoryStore::census() {
  ports::Census census;
  for (const auto& [number, row] : runs_) ++census.runs.at(static_cast<std::size_t>(row.run.state));
  for (const auto& [number, task] : tasks_) {
    ++census.tasks;
    census.tasks_enabled += task.progress.enabled ? 1 : 0;
  }
  census.commits = commits_;
  census.transactions = commits_;
  co_return census;
}

ports::AsyncResult<std::vector<Charge>> MemoryStore::charges(std::string account, Instant after,
                                                             Instant before, int count_max) {
  std::vector<Charge> found;
  for (const auto& [charge, has_run] : charges_) {
    if (charge.account == account && charge.start > after && charge.start < before) found.push_back(charge);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Charge& a, const Charge& b) { return a.start < b.start; });
  keep_first(found, static_cast<std::size_t>(count_max));
  co_return found;
}

ports::AsyncResult<std::vector<ports::OldRun>> MemoryStore::old_runs(ports::OldRuns which,
                                                                     ports::RetentionPlace after,
                                                                     int count_max) {
  const auto& places = old_runs_.at(static_cast<std::size_t>(which));
  std::vector<ports::OldRun> found;
  for (auto it = places.upper_bound({after.at, after.number});
       it != places.end() && std::cmp_less(found.size(), count_max); ++it) {
    const auto& row = runs_.at(it->second);
    const bool has_another_try = is_one_of(row.run.state, {RunState::preempted, RunState::nonstart});
    const auto& results = row.results;
    found.push_back({{it->first, it->second},
                     row.run.id,
                     row.run.task,
                     static_cast<std::int64_t>(results.local.size() + results.full.size() +
                                               results.merged.size() + results.clock_survey.size()),
                     has_another_try ? row.run.latest_start : std::nullopt,
                     archived_until(row.archivings)});
  }
  co_return found;
}

ports::AsyncResult<std::vector<ports::OldTask>> MemoryStore::old_tasks(ports::RetentionPlace after,
                                                                       int count_max) {
  std::vector<ports::OldTask> found;
  for (const auto& [number, task] : tasks_) {
    const auto& progress = task.progress;
    if (progress.plans_runs) continue;
    const Instant over_at = progress.canceled_at.value_or(progress.latest_end.value_or(Instant()));
    if (std::tie(over_at, number) <= std::tie(after.at, after.number)) continue;
    const bool has_runs = std::any_of(runs_.begin(), runs_.end(),
                                      [&](const auto& each) { return each.second.run.task == task.id; });
    found.push_back({{over_at, number},
                     task.id,
                     task.leads(),
                     task.schedule.repeats(),
                     progress.enabled,
                     has_runs,
                     task.added,
                     task.schedule.start,
                     task.schedule.until,
                     progress.latest_end,
                     progress.canceled_at,
                     task.schedule.max_runs,
                     progress.runs});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.place.at < b.place.at; });
  keep_first(found, static_cast<std::size_t>(count_max));
  co_return found;
}

ports::AsyncResult<std::int64_t> MemoryStore::numbers_end() {
  co_return 1 +
      std::max(tasks_.empty() ? 0 : tasks_.rbegin()->first, runs_.empty() ? 0 : runs_.rbegin()->first);
}

// Nothing here can belong to what does not exist.
ports::AsyncResult<std::int64_t> MemoryStore::count_orphans(ports::NumberRange) {
  co_return 0;
}

}  // namespace pscheduler::test
