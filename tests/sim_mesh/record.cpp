#include "sim_mesh/record.hpp"

#include <algorithm>

#include "pscheduler/schedule/timeline.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::sim_mesh {
namespace {

SchedulingClass class_of_test(const std::string& test) {
  if (test == "multi") return SchedulingClass::background_multi;
  return parse_scheduling_class(test).value_or(SchedulingClass::background);
}

bool is_final(RunState state) {
  return traits(state).final;
}

std::string name_of(RunState state) {
  return std::string(traits(state).name);
}

}  // namespace

std::string describe(RunId id, const TimeRange& times) {
  return "run " + id.to_string() + " [" + format_timestamp_micros(times.start, Zone::utc()) + ", " +
         format_timestamp_micros(times.end, Zone::utc()) + ")";
}

void Record::report(Rule rule, Instant now, const std::string& detail) {
  findings_.report(rule, now, "on " + node_ + ", " + detail);
}

void Record::take(const ports::Changes& changes, Instant now) {
  for (const auto& task : changes.new_tasks) {
    classes_[task.id] = class_of_test(task.test_type);
    trace_.add(now, "task", task.id.uuid(), node_ + " " + task.test_type);
  }
  // Those that lose their time first, so that whoever gets it in the same commit is alone there.
  for (const auto& run : changes.changed_runs) {
    if (is_final(run.state)) take_run(run, now);
  }
  for (const auto& id : changes.removed_runs) {
    const auto found = runs_.find(id);
    if (found == runs_.end()) continue;
    trace_.add(now, "removed", id.uuid(), node_);
    by_end_.erase({found->second.times.end, id});
    at_work_.erase(id);
    runs_.erase(found);
  }
  for (const auto& run : changes.changed_runs) {
    if (!is_final(run.state)) take_run(run, now);
  }
  for (const auto& run : changes.new_runs) take_run(run, now);
}

void Record::take_run(const Run& run, Instant now) {
  const auto entry = runs_.try_emplace(run.id);
  auto& known = entry.first->second;
  if (!entry.second) check_step(run.id, known, run, now);
  if (entry.second || known.state != run.state) {
    trace_.add(now, "state", run.id.uuid(), node_ + " " + name_of(run.state));
  }
  by_end_.erase({known.times.end, run.id});
  known.task = run.task;
  known.scheduling_class = classes_[run.task];
  known.times = run.times;
  known.state = run.state;
  if (is_final(run.state)) return;
  by_end_.emplace(run.times.end, run.id);
  check_apart(run.id, known, now);
}

void Record::check_step(RunId id, const KnownRun& known, const Run& run, Instant now) {
  if (!is_allowed(known.state, run.state)) {
    report(Rule::steps_in_order, now,
           describe(id, run.times) + " went from " + name_of(known.state) + " to " + name_of(run.state));
  }
  if (run.state != RunState::finished || known.tool_started || run.times.empty()) return;
  report(Rule::steps_in_order, now, describe(id, run.times) + " is finished, but its tool was never started");
}

// Until it is agreed on, a run may lie where others that give way to it still are.
void Record::check_apart(RunId id, const KnownRun& run, Instant now) {
  if (traits(run.scheduling_class).anytime || run.state == RunState::scheduling) return;
  for (auto it = by_end_.upper_bound({run.times.start, RunId{}}); it != by_end_.end(); ++it) {
    const auto& other = runs_.at(it->second);
    if (it->second == id || !other.times.overlaps(run.times) || other.state == RunState::scheduling) continue;
    if (schedule::may_overlap(run.scheduling_class, other.scheduling_class)) continue;
    report(Rule::slots_apart, now,
           describe(id, run.times) + " overlaps " + describe(it->second, other.times));
  }
}

// Of several at the same time one whose tool has not been started.
std::optional<RunId> Record::find_due(TaskId task, const TimeRange& times) const {
  std::optional<RunId> found;
  for (auto it = by_end_.lower_bound({times.end, RunId{}}); it != by_end_.end() && it->first == times.end;
       ++it) {
    const auto& run = runs_.at(it->second);
    const bool prepared = run.state == RunState::on_deck || run.state == RunState::running;
    const bool may_start = !run.tool_started || traits(run.scheduling_class).multi_result;
    if (run.task != task || run.times != times || !prepared) continue;
    found = it->second;
    if (may_start) break;
  }
  return found;
}

std::optional<RunId> Record::find_at_work(TaskId task, const TimeRange& times) const {
  for (const RunId id : at_work_) {
    const auto& run = runs_.at(id);
    if (run.task == task && run.times == times) return id;
  }
  return std::nullopt;
}

std::optional<RunId> Record::take(const test::ToolCall& call, Instant now) {
  const auto task = *TaskId::parse(call.task_uuid);
  if (call.what != "start") {
    const auto id = find_at_work(task, call.times);
    if (!id) return std::nullopt;
    trace_.add(now, call.what, id->uuid(), node_);
    at_work_.erase(*id);
    return id;
  }
  ++tools_;
  const auto id = find_due(task, call.times);
  if (!id) {
    report(Rule::prepared_before_started, now,
           "a tool of task " + call.task_uuid + " was started for a run at " +
               format_timestamp_micros(call.times.start, Zone::utc()) + " that is not on deck");
    return std::nullopt;
  }
  trace_.add(now, "start", id->uuid(), node_);
  auto& run = runs_.at(*id);
  if (run.tool_started && !traits(run.scheduling_class).multi_result) {
    report(Rule::prepared_before_started, now,
           "the tool of " + describe(*id, run.times) + " was started again");
  }
  run.tool_started = true;
  run.tool_works = false;
  at_work_.insert(*id);
  return id;
}

// A process that is started ahead of its slot gets ready and waits; from then on, and up to the end of its
// slot, it works.
void Record::check_tools(Instant shown, Instant now) {
  for (const RunId id : at_work_) {
    auto& run = runs_.at(id);
    if (run.tool_works || shown < run.times.start) continue;
    run.tool_works = true;
    for (const RunId other_id : at_work_) {
      const auto& other = runs_.at(other_id);
      if (other_id == id || !other.tool_works || shown >= other.times.end) continue;
      if (schedule::may_overlap(run.scheduling_class, other.scheduling_class)) continue;
      report(Rule::exclusive_alone, now,
             "the tools of " + describe(id, run.times) + " and of " + describe(other_id, other.times) +
                 " work at the same time");
    }
  }
}

void Record::power_lost() {
  at_work_.clear();
}

}  // namespace pscheduler::sim_mesh
