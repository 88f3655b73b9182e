// What becomes of runs that have lost their time to others, or have not got any: as long as their window is
// open they are planned anew when there is room.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/write.hpp"
#include "pscheduler/services/scheduling.hpp"
#include "services/scheduling/membership.hpp"

namespace pscheduler::services {
namespace {

std::string why_preempted(const Task& task, const Run& run, const Run& lost) {
  const auto priority = run.priority.value_or(0);
  const bool by_turn = lost.priority.value_or(0) == priority;
  return "Preempted by run " + run.id.to_string() + " (" + task.test_type + ", priority " +
         std::to_string(priority) + ", asked for by " + task.hints.requester + ")" +
         (by_turn ? ": it has the same priority, and they take turns." : ".");
}

}  // namespace

// Takes the runs from the runner that have to give way to `run`. They keep their time until it is stored, as
// they get it back when it is not.
std::vector<Scheduling::Displaced> Scheduling::make_way(const Task& task, const Planned& planned) {
  std::vector<Displaced> displaced;
  if (traits(task.scheduling_class).anytime) return displaced;
  const Run& run = planned.run;
  const schedule::Displacing lower(run.priority.value_or(0));
  for (const auto& occupation :
       timeline_.displaced_by(task.scheduling_class, run.times, planned.displacing.value_or(lower))) {
    auto withdrawn = runner_.withdraw(occupation.run);
    if (!withdrawn) continue;
    timeline_.make_firm(occupation.run);
    giving_way_.emplace(occupation.run, *withdrawn);
    displaced.push_back({std::move(*withdrawn), occupation.scheduling_class});
  }
  return displaced;
}

// What becomes of the runs that give way.
ports::Async<void> Scheduling::add_preempted(ports::Changes& changes, const std::vector<Displaced>& displaced,
                                             const Task& task, const Run& run) {
  for (const auto& one : displaced) {
    auto owner = co_await ports_.store.task(one.run.task);
    const Task* const known = owner && *owner ? &**owner : nullptr;
    preempt(changes, known, one.run, why_preempted(task, run, one.run));
  }
}

// One that this node leads is removed from the other participants, but for the one that has given it up
// itself; the lead of any other is told, if it is a node that understands it.
void Scheduling::preempt(ports::Changes& changes, const Task* owner, Run lost, const std::string& reason,
                         std::optional<int> told_by) {
  if (owner != nullptr && owner->leads()) {
    std::vector<int> others;
    for (int number = 1; number < static_cast<int>(owner->participants.size()); ++number) {
      if (number != told_by) others.push_back(number);
    }
    const auto errands = errands_.for_participants(*owner, lost.id, others);
    changes.new_errands.insert(changes.new_errands.end(), errands.begin(), errands.end());
  } else if (owner != nullptr && lost.nominal_start) {
    changes.new_errands.push_back(errands_.for_lead(*owner, lost, reason));
  }
  changes.history.push_back(
      {lost.id, ports_.clock.now(), lost.state, RunState::preempted, reason, "scheduler"});
  lost.state = RunState::preempted;
  lost.status = 1;
  lost.errors = reason;
  RunResults results;
  results.local = json::to_compact(Json{{"succeeded", false}, {"diags", reason}});
  changes.results.emplace_back(lost.id, std::move(results));
  changes.changed_runs.push_back(std::move(lost));
}

// To be called when nothing more is awaited before the commit: what has been removed since it gave way needs
// no end any more. not_possible: among these is the run that would be replaced.
Result<void> Scheduling::leave_out_removed(Planned& planned) const {
  const auto is_gone = [this](RunId run) { return !giving_way_.contains(run); };
  if (planned.replaces && is_gone(*planned.replaces)) {
    return fail(Errc::not_possible, "The run that was to be planned anew was removed meanwhile.");
  }
  auto& together = planned.together;
  std::erase_if(together.changed_runs, [&](const Run& run) { return is_gone(run.id); });
  std::erase_if(together.history, [&](const StateChange& step) { return is_gone(step.run); });
  std::erase_if(together.results, [&](const auto& result) { return is_gone(result.first); });
  std::erase_if(together.new_errands,
                [&](const Errand& errand) { return errand.run && is_gone(*errand.run); });
  return {};
}

// Those that nobody has removed meanwhile.
std::vector<Scheduling::Displaced> Scheduling::take_those_left(std::vector<Displaced> displaced) {
  std::erase_if(displaced, [this](const Displaced& one) { return giving_way_.erase(one.run.id) == 0; });
  return displaced;
}

// For who removes it; nothing when it is not giving way.
std::optional<Run> Scheduling::take_displaced(RunId id) {
  auto found = giving_way_.extract(id);
  // One that is only replaced is over already.
  if (found.empty() || traits(found.mapped().state).final) return std::nullopt;
  return std::optional<Run>(std::move(found.mapped()));
}

std::vector<Run> Scheduling::take_displaced(TaskId task) {
  std::vector<RunId> of_task;
  for (const auto& [id, run] : giving_way_) {
    if (run.task == task && !traits(run.state).final) of_task.push_back(id);
  }
  std::vector<Run> displaced;
  for (const RunId id : of_task) displaced.push_back(*take_displaced(id));
  return displaced;
}

// Its removal could not be stored, and others may have its time by now.
ports::Async<void> Scheduling::end_displaced(Run run) {
  run.errors = "It gave way to a run of higher priority.";
  Why why{run.errors, "scheduler"};
  co_await journal_.move_surely(run, RunState::preempted, std::move(why));
  free_time(run.id);
}

// The run they gave way to could not be stored.
ports::Async<void> Scheduling::give_back(std::vector<Displaced> displaced) {
  for (auto& [run, scheduling_class] : displaced) {
    auto occupation = timeline_.find(run.id);
    if (!occupation) continue;
    occupation->firm = false;
    timeline_.erase(run.id);
    timeline_.insert(*occupation);
  }
  for (auto& [run, scheduling_class] : displaced) {
    auto task = co_await ports_.store.task(run.task);
    if (task && *task) runner_.offer(std::move(run), **task);
  }
}

void Scheduling::keep_open(const std::vector<Displaced>& displaced) {
  for (const auto& one : displaced) timeline_.erase(one.run.id);
  for (const auto& [run, scheduling_class] : displaced) keep_open(run, scheduling_class);
  // They may fit elsewhere, and what they had may be longer than what was taken from them.
  for (const auto& [run, scheduling_class] : displaced) {
    const Instant latest = run.latest_start.value_or(run.times.start);
    room_freed({run.times.start, std::max(run.times.end, latest + run.times.length())});
  }
}

void Scheduling::keep_open(const Run& run, SchedulingClass scheduling_class) {
  if (!run.nominal_start || !run.latest_start || *run.latest_start < ports_.clock.now()) return;
  open_.add({run.id, run.task, *run.nominal_start, *run.latest_start, scheduling_class, run.times.length()});
}

// The run needs its time no more: what is left of it is there for others.
void Scheduling::free_time(RunId run) {
  const auto occupation = timeline_.find(run);
  if (!occupation) return;
  timeline_.erase(run);
  room_freed(occupation->times);
}

void Scheduling::room_freed(TimeRange room) {
  const Instant now = ports_.clock.now();
  room.start = std::max(room.start, now);
  if (stopping_ || room.empty()) return;
  for (const auto& attempt : open_.that_fit(room, now)) {
    if (has_room(attempt) && !planning_anew_.contains(attempt.run)) plans_.spawn(plan_anew(attempt));
  }
}

bool Scheduling::has_room(const OpenAttempt& attempt) const {
  const Instant earliest = std::max(attempt.nominal_start, ports_.clock.now());
  return timeline_
      .find_slot({attempt.scheduling_class, earliest, attempt.latest_start, attempt.length, std::nullopt})
      .has_value();
}

ports::Async<void> Scheduling::plan_anew(OpenAttempt attempt) {
  const Membership planning(planning_anew_, attempt.run);
  auto found = co_await ports_.store.task(attempt.task);
  if (!found || !*found) co_return;
  const Task task = std::move(**found);
  auto stored = co_await ports_.store.run(task.id, attempt.run);
  if (!stored || !*stored) co_return;
  const TaskBook::Hold hold(book_, task);
  if (!hold.progress().enabled || !open_.contains(attempt.run)) co_return;
  open_.remove(attempt.run);
  Attempt again{attempt.nominal_start, attempt.latest_start, std::move((*stored)->run)};
  const bool planned = co_await plan_run(task, std::move(again));
  if (!planned && hold.progress().enabled) open_.add(attempt);
}

}  // namespace pscheduler::services
