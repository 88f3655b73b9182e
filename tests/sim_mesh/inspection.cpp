#include "sim_mesh/inspection.hpp"

#include <algorithm>

#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::sim_mesh {

using namespace std::chrono_literals;

namespace {

// What its lead and the others need to come to an end, after the end of its slot.
constexpr Duration kEndsWithin = 90s;

// What a task needs to be planned once nothing keeps its nodes from it.
constexpr Duration kPlannedWithin = 2min;

const Part* part_of(const SharedRun& run, const std::string& node) {
  const auto found = run.parts.find(node);
  return found == run.parts.end() || !found->second.there ? nullptr : &found->second;
}

std::string name_of(RunState state) {
  return std::string(traits(state).name);
}

void inspect_owed(const Member& member, Instant since, Instant now, Findings& findings) {
  const auto owed = member.owes_since();
  if (!owed || *owed >= since) return;
  findings.report(Rule::nothing_owed, now,
                  member.name() + " still owes what came about at " + format_timestamp(*owed, Zone::utc()));
}

void inspect_task(TaskId id, const SharedTask& task, Instant now, Findings& findings) {
  const bool enabled = task.is_enabled_on(task.lead());
  for (const auto& node : task.nodes) {
    if (task.is_enabled_on(node) == enabled) continue;
    findings.report(Rule::everywhere_or_nowhere, now,
                    "task " + id.to_string() + " is " + (enabled ? "enabled" : "not enabled") +
                        " on its lead " + task.lead() + ", but " + (enabled ? "not on " : "so on ") + node);
  }
}

void inspect_run_places(RunId id, const SharedRun& run, const SharedTask& task, Instant since, Instant now,
                        Findings& findings) {
  const Part* lead = part_of(run, task.lead());
  // Still being agreed on, or a result that a long run has streamed.
  if (lead != nullptr && (lead->state == RunState::scheduling || lead->times.empty())) return;
  const bool of_the_lead_alone = lead != nullptr && lead->state == RunState::nonstart;
  const bool canceled = !task.is_enabled_on(task.lead());
  const bool taken_back = lead != nullptr && lead->state == RunState::preempted;
  const bool waits = lead != nullptr && lead->state == RunState::pending;
  for (const auto& node : task.nodes) {
    const Part* part = part_of(run, node);
    if (node == task.lead() || (part != nullptr && part->since >= since)) continue;
    // One whose clock was wrong may also have measured long ago.
    const bool given_up = part != nullptr && part->state == RunState::preempted && *part->ended < since;
    if (waits && given_up) {
      findings.report(Rule::told_of_loss, now,
                      describe(id, task.lead()) + " waits for its start, but on " + node + " it is " +
                          name_of(part->state));
    }
    const bool expected = lead != nullptr && !of_the_lead_alone;
    if (expected == (part != nullptr)) continue;
    // Some may have begun it when they learned that it was not to be.
    if (canceled && (part == nullptr || traits(part->state).final)) continue;
    if (taken_back && part == nullptr) continue;
    findings.report(Rule::everywhere_or_nowhere, now,
                    describe(id, task.lead()) + " is " +
                        (lead == nullptr ? "not there" : name_of(lead->state)) + ", on " + node + " it is " +
                        (part == nullptr ? "not there" : name_of(part->state)));
  }
}

bool is_over(const SharedRun& run, Instant now) {
  return std::all_of(run.parts.begin(), run.parts.end(), [&](const auto& entry) {
    return !entry.second.there || now > entry.second.times.end + kEndsWithin;
  });
}

bool names_another(const SharedTask& task, const std::string& text) {
  return std::any_of(task.nodes.begin() + 1, task.nodes.end(), [&](const std::string& node) {
    return text.find(test::Mesh::host(node)) != std::string::npos;
  });
}

// The lead has measured, so the others have spoilt it.
void inspect_reason(RunId id, const SharedTask& task, const Part& lead, Instant now, Findings& findings) {
  if (lead.state == RunState::finished || lead.state == RunState::canceled) return;
  const bool by_others = lead.state == RunState::failed && lead.status == 0 && !task.fails;
  const bool explained = !lead.errors.empty() && (!by_others || names_another(task, lead.errors));
  if (explained) return;
  findings.report(
      Rule::says_who_and_why, now,
      describe(id, task.lead()) + " is " + name_of(lead.state) + " and says: \"" + lead.errors + "\"");
}

void inspect_finished(RunId id, const SharedRun& run, const SharedTask& task, Instant now,
                      Findings& findings) {
  for (const auto& node : task.nodes) {
    const Part* part = part_of(run, node);
    if (part != nullptr && part->state == RunState::finished && part->status == 0) continue;
    findings.report(Rule::finished_by_all, now,
                    describe(id, task.lead()) + " is finished, on " + node + " it is " +
                        (part == nullptr ? "not there" : name_of(part->state)));
  }
}

// What was planned when all was well already.
void inspect_undisturbed(RunId id, const SharedRun& run, const SharedTask& task, const Part& lead,
                         Instant now, Findings& findings) {
  if (task.fails || lead.state == RunState::finished || lead.state == RunState::canceled) return;
  if (lead.state == RunState::nonstart || lead.state == RunState::preempted) return;
  const bool gave_way = std::any_of(run.parts.begin(), run.parts.end(), [](const auto& entry) {
    return entry.second.state == RunState::preempted;
  });
  if (gave_way) return;
  findings.report(Rule::works_when_healed, now,
                  describe(id, task.lead()) + " is " + name_of(lead.state) + ": " + lead.errors);
}

void inspect_accepted(TaskId id, const SharedTask& task, std::size_t runs, std::optional<Instant> last_end,
                      Instant now, Findings& findings) {
  const auto& progress = task.progress.at(task.lead());
  if (!progress.enabled) return;
  const Instant due = std::max(task.since, task.schedule.start.value_or(task.since));
  if (now < due + task.schedule.slip + kPlannedWithin) return;
  if (runs == 0 && progress.attempts == 0) {
    findings.report(Rule::accepted_is_run, now, "task " + id.to_string() + " has no run");
  }
  if (!task.schedule.repeat || progress.attempts >= task.schedule.max_runs.value_or(0) || !last_end) return;
  if (now < *last_end + *task.schedule.repeat + task.schedule.slip + task.duration + kPlannedWithin) return;
  findings.report(Rule::accepted_is_run, now,
                  "task " + id.to_string() + " has had nothing planned after " +
                      format_timestamp(*last_end, Zone::utc()));
}

}  // namespace

void inspect_tidiness(const std::vector<std::unique_ptr<Member>>& members, const Accord& accord,
                      Instant since, Instant now, Findings& findings) {
  for (const auto& member : members) inspect_owed(*member, since, now, findings);
  for (const auto& [id, task] : accord.tasks()) {
    if (task.since < since) inspect_task(id, task, now, findings);
  }
  for (const auto& [id, run] : accord.runs()) {
    const auto& task = accord.tasks().at(run.task);
    if (task.nodes.size() > 1) inspect_run_places(id, run, task, since, now, findings);
  }
}

void inspect_ends(const Accord& accord, Instant healed, Instant now, Findings& findings) {
  struct Runs {
    std::size_t count = 0;
    std::optional<Instant> last_end;
  };
  std::map<TaskId, Runs> runs_of;
  for (const auto& [id, run] : accord.runs()) {
    const auto& task = accord.tasks().at(run.task);
    const Part* lead = part_of(run, task.lead());
    if (lead == nullptr) continue;
    auto& of_task = runs_of[run.task];
    ++of_task.count;
    of_task.last_end = std::max(of_task.last_end.value_or(lead->times.end), lead->times.end);
    if (task.nodes.size() < 2 || !is_over(run, now)) continue;
    inspect_reason(id, task, *lead, now, findings);
    if (lead->state == RunState::finished && !task.streams) {
      inspect_finished(id, run, task, now, findings);
    }
    if (lead->since > healed + kEndsWithin) inspect_undisturbed(id, run, task, *lead, now, findings);
  }
  for (const auto& [id, task] : accord.tasks()) {
    if (!task.accepted) continue;
    const auto& runs = runs_of[id];
    inspect_accepted(id, task, runs.count, runs.last_end, now, findings);
  }
}

}  // namespace pscheduler::sim_mesh
