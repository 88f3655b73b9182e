#include "sim_mesh/accord.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/services/wire_form.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::sim_mesh {
namespace {

std::string node_of(const std::string& host) {
  return host.substr(0, host.find('.'));
}

std::string text_of(Instant at) {
  return format_timestamp_micros(at, Zone::utc());
}

}  // namespace

std::string describe(RunId run, const std::string& node) {
  return "run " + run.to_string() + " on " + node;
}

void Accord::take(const std::string& node, const ports::Changes& changes, Instant now) {
  for (const auto& task : changes.new_tasks) {
    auto& shared = tasks_[task.id];
    if (shared.nodes.empty()) {
      for (const auto& host : task.participants) shared.nodes.push_back(node_of(host));
      shared.since = now;
      const Json test = services::stored_value(task.document).value("test", Json::object());
      shared.fails = test.at("spec").value("does", "") == "fail";
      shared.streams = task.test_type == "multi";
    }
    if (task.leads()) {
      shared.schedule = task.schedule;
      shared.duration = task.duration;
    }
    shared.progress[node] = task.progress;
  }
  for (const auto& [id, progress] : changes.task_progress) {
    if (const auto found = tasks_.find(id); found != tasks_.end()) found->second.progress[node] = progress;
  }
  for (const auto& run : changes.new_runs) take_run(node, run, now);
  for (const auto& run : changes.changed_runs) take_run(node, run, now);
  for (const auto& id : changes.removed_runs) {
    const auto found = runs_.find(id);
    if (found != runs_.end() && found->second.parts.contains(node)) found->second.parts[node].there = false;
  }
}

void Accord::take_run(const std::string& node, const Run& run, Instant now) {
  if (!tasks_.contains(run.task)) return;
  auto& shared = runs_[run.id];
  shared.task = run.task;
  auto& part = shared.parts.try_emplace(node, Part{run.times, now}).first->second;
  part.times = run.times;
  part.state = run.state;
  part.nominal = run.nominal_start;
  if (traits(run.state).final && !part.ended) part.ended = now;
  part.errors = run.errors;
  part.status = run.status.value_or(0);
  part.there = true;
  if (!traits(run.state).final) part.held = true;
  if (!traits(run.state).final && run.state != RunState::scheduling && !run.held_until) part.confirmed = true;
  for (const auto& [other, its] : shared.parts) {
    if (its.times.start == run.times.start) continue;
    findings_.report(Rule::same_time, now,
                     describe(run.id, node) + " starts at " + text_of(run.times.start) + ", on " + other +
                         " at " + text_of(its.times.start));
  }
}

void Accord::tool_started(const std::string& node, RunId run, Instant now) {
  const auto found = runs_.find(run);
  if (found == runs_.end()) return;
  auto& shared = found->second;
  shared.parts[node].tool_started = true;
  const auto& task = tasks_.at(shared.task);
  for (const auto& other : task.nodes) {
    const auto part = shared.parts.find(other);
    const bool held = part != shared.parts.end() && part->second.held;
    const bool enough = held && (node != task.lead() || part->second.confirmed);
    if (enough) continue;
    findings_.report(Rule::held_by_all, now,
                     "the tool of " + describe(run, node) + " is started, but " + other + " has not " +
                         (held ? "confirmed it" : "held it"));
  }
}

void Accord::accepted(TaskId id, Instant now) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) {
    findings_.report(Rule::accepted_everywhere, now, "task " + id.to_string() + " is nowhere");
    return;
  }
  auto& task = found->second;
  task.accepted = true;
  for (const auto& node : task.nodes) {
    if (task.progress.contains(node)) continue;
    findings_.report(Rule::accepted_everywhere, now, "task " + id.to_string() + " is not on " + node);
  }
}

}  // namespace pscheduler::sim_mesh
