#include "sim/ledger.hpp"

#include <algorithm>

#include "sim/workload.hpp"

namespace pscheduler::sim {
namespace {

// What starts in the first second of a pause may have been taken up before.
constexpr Duration kStartLead = std::chrono::seconds(1);

bool is_final(const KnownRun& run) {
  return traits(run.state).final;
}

}  // namespace

std::string describe(RunId id, const TimeRange& times) {
  return "run " + id.to_string() + " [" + format_timestamp(times.start, Zone::utc()) + ", " +
         format_timestamp(times.end, Zone::utc()) + ")";
}

void Ledger::enter(RunId id, const KnownRun& run, Instant now) {
  if (is_final(run)) return;
  auto& task = tasks_[run.task];
  by_end_.emplace(run.times.end, id);
  task.unfinished.emplace(run.times.start, id);
  if (!traits(task.scheduling_class).anytime) {
    check_apart(id, run, now);
    occupied_.emplace(std::pair(run.times.start, id), run.times);
  }
}

void Ledger::leave(RunId id, const KnownRun& run) {
  by_end_.erase({run.times.end, id});
  occupied_.erase({run.times.start, id});
  tasks_[run.task].unfinished.erase({run.times.start, id});
}

void Ledger::check_apart(RunId id, const KnownRun& run, Instant now) {
  longest_ = std::max(longest_, run.times.length());
  const auto scheduling_class = tasks_[run.task].scheduling_class;
  auto it = occupied_.lower_bound({run.times.start - longest_, RunId{}});
  for (; it != occupied_.end() && it->first.first < run.times.end; ++it) {
    const auto& [key, times] = *it;
    if (!times.overlaps(run.times)) continue;
    const auto other_class = tasks_[runs_.at(key.second).task].scheduling_class;
    if (!traits(scheduling_class).exclusive && !traits(other_class).exclusive) continue;
    findings_.report(Rule::agreed_slots_apart, now,
                     describe(id, run.times) + " overlaps " + describe(key.second, times));
  }
}

void Ledger::take(const ports::Changes& changes, Instant now) {
  latest_now_ = std::max(latest_now_, now);
  for (const auto& task : changes.new_tasks) {
    auto& known = tasks_[task.id];
    known.scheduling_class = class_of_test(task.test_type);
    known.schedule = task.schedule;
    known.duration = task.duration;
    known.progress = task.progress;
    trace_.add(now, "task", task.id.uuid(), task.test_type);
  }
  if (changes.pause) {
    pause_ = *changes.pause;
    paused_at_ = now;
    trace_.add(now, pause_.paused ? "pause" : "resume");
  }
  for (const auto& [id, progress] : changes.task_progress) tasks_[id].progress = progress;
  take_history(changes, now);
  // Those that lose their time first, so that whoever gets it in the same commit is alone there.
  for (const auto& run : changes.changed_runs) {
    if (traits(run.state).final) take_changed(run, now);
  }
  for (const auto& id : changes.removed_runs) take_removed(id, now);
  for (const auto& id : changes.removed_tasks) take_removed(id, now);
  for (const auto& run : changes.changed_runs) {
    if (!traits(run.state).final) take_changed(run, now);
  }
  for (const auto& run : changes.new_runs) take_new(run, now);
}

void Ledger::take_new(const Run& run, Instant now) {
  trace_.add(now, "new", run.id.uuid(), traits(run.state).name);
  if (runs_.contains(run.id)) {
    findings_.report(Rule::nothing_twice, now, describe(run.id, run.times) + " was added twice");
  }
  auto& known = runs_[run.id];
  known.task = run.task;
  known.times = run.times;
  known.state = run.state;
  known.placed = !run.nominal_start.has_value();
  auto& task = tasks_[run.task];
  ++task.runs;
  ++runs_ever_;
  task.latest_end = std::max(task.latest_end.value_or(run.times.end), run.times.end);
  enter(run.id, known, now);
  check_reasons(run, now);
}

void Ledger::take_changed(const Run& run, Instant now) {
  const auto found = runs_.find(run.id);
  if (found == runs_.end()) {
    findings_.report(Rule::durable_is_kept, now,
                     describe(run.id, run.times) + " was changed, but is unknown");
    return;
  }
  auto& known = found->second;
  if (known.state != run.state) trace_.add(now, "state", run.id.uuid(), traits(run.state).name);
  if (!is_allowed(known.state, run.state)) {
    findings_.report(Rule::steps_are_told, now,
                     describe(run.id, run.times) + " went from " + std::string(traits(known.state).name) +
                         " to " + std::string(traits(run.state).name));
  }
  if (run.state == RunState::on_deck) check_pause(run.id, run, now);
  if (!is_final(known) && traits(run.state).final) ended_.push_back(run.id);
  leave(run.id, known);
  known.state = run.state;
  known.times = run.times;
  known.expires = run.expires;
  enter(run.id, known, now);
  check_reasons(run, now);
}

// A run whose time had come before the pause may still be on its way.
void Ledger::check_pause(RunId id, const Run& run, Instant now) {
  if (!pause_.covers(now) || !pause_.covers(run.times.start) || run.times.start < paused_at_ + kStartLead)
    return;
  findings_.report(Rule::paused_starts_nothing, now, describe(id, run.times) + " is prepared");
}

void Ledger::take_removed(RunId id, Instant now) {
  const auto found = runs_.find(id);
  if (found == runs_.end()) return;
  trace_.add(now, "removed", id.uuid());
  check_removal(id, found->second, now);
  leave(id, found->second);
  --tasks_[found->second.task].runs;
  runs_.erase(found);
}

// What has not begun may go with its task. What has begun comes to its end first.
void Ledger::check_removal(RunId id, const KnownRun& run, Instant now) {
  if (unwanted_.contains(id) && (is_final(run) || run.state == RunState::pending)) return;
  const bool old = run.times.end + keep_ <= latest_now_ || (run.expires && *run.expires <= latest_now_);
  const bool with_its_task = run.state == RunState::pending && !tasks_[run.task].progress.enabled;
  if (with_its_task || (is_final(run) && old)) return;
  findings_.report(Rule::old_goes, now,
                   describe(id, run.times) + " was removed, but is " + std::string(traits(run.state).name) +
                       (old ? "" : " and not old"));
}

void Ledger::take_removed(TaskId id, Instant now) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return;
  trace_.add(now, "task-removed", id.uuid());
  if (found->second.progress.plans_runs || found->second.runs > 0) {
    findings_.report(Rule::old_goes, now, "task " + id.to_string() + " was removed, but is not over");
  }
  tasks_.erase(found);
  removed_tasks_.insert(id);
}

void Ledger::take_history(const ports::Changes& changes, Instant now) {
  const auto told = [&](const Run& run, std::optional<RunState> from) {
    for (const auto& step : changes.history) {
      if (step.run != run.id || step.to != run.state || step.from != from) continue;
      if (!step.reason.empty() && !step.actor.empty()) return;
    }
    findings_.report(Rule::steps_are_told, now,
                     describe(run.id, run.times) + " became " + std::string(traits(run.state).name) +
                         " without a step that says from where, why and by whom");
  };
  for (const auto& run : changes.new_runs) told(run, std::nullopt);
  for (const auto& run : changes.changed_runs) {
    const auto found = runs_.find(run.id);
    if (found != runs_.end() && found->second.state != run.state) told(run, found->second.state);
  }
}

void Ledger::check_reasons(const Run& run, Instant now) {
  const auto& known = runs_.at(run.id);
  // A long run that is to go on after a restart is missed when the node is paused then.
  const bool may_be_missed_later = traits(task(run.task)->scheduling_class).multi_result;
  const std::string name(traits(run.state).name);
  switch (run.state) {
    case RunState::missed:
    case RunState::nonstart:
    case RunState::preempted:
    case RunState::overdue:
      if (run.errors.empty()) {
        findings_.report(Rule::not_run_says_so, now, describe(run.id, run.times) + " is " + name + " mutely");
      }
      if (known.tool_starts > 0 && !may_be_missed_later) {
        findings_.report(Rule::only_measured_is_finished, now,
                         describe(run.id, run.times) + " is " + name + ", but its tool was started");
      }
      return;
    case RunState::finished:
      // Results that a long run has streamed are runs of no length and without a tool.
      if (known.tool_starts == 0 && !run.times.empty()) {
        findings_.report(Rule::only_measured_is_finished, now,
                         describe(run.id, run.times) + " is finished, but its tool was never started");
      }
      return;
    case RunState::scheduling:
    case RunState::pending:
    case RunState::on_deck:
    case RunState::running:
    case RunState::cleanup:
    case RunState::failed:
    case RunState::canceled:
      return;
  }
}

std::pair<RunId, KnownRun*> Ledger::unfinished_run(TaskId task, Instant start) {
  const auto found = tasks_.find(task);
  if (found == tasks_.end()) return {};
  const auto& unfinished = found->second.unfinished;
  std::pair<RunId, KnownRun*> best{};
  for (auto it = unfinished.lower_bound({start, RunId{}}); it != unfinished.end() && it->first == start;
       ++it) {
    auto& run = runs_.at(it->second);
    const bool is_begun = run.state == RunState::on_deck || run.state == RunState::running;
    const bool is_due = run.tool_starts == 0 && is_begun;
    if (best.second == nullptr || is_due) best = {it->second, &run};
  }
  return best;
}

void Ledger::tool_has_gone(RunId id, Duration time) {
  if (const auto found = runs_.find(id); found != runs_.end()) found->second.tool_gone = time;
}

const KnownRun* Ledger::run(RunId id) const {
  const auto found = runs_.find(id);
  return found == runs_.end() ? nullptr : &found->second;
}

const KnownTask* Ledger::task(TaskId id) const {
  const auto found = tasks_.find(id);
  return found == tasks_.end() ? nullptr : &found->second;
}

}  // namespace pscheduler::sim
