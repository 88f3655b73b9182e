// What a node has in its store against what is known of it.

#include <algorithm>

#include "sim/node.hpp"

namespace pscheduler::sim {

void Node::check_what_was_kept() {
  auto found = world_->await(world_->store.unfinished_runs());
  std::size_t expected = 0;
  for (const auto& [end, id] : ledger_.unfinished_by_end()) {
    ++expected;
    const auto& known = *ledger_.run(id);
    const auto it = std::find_if(found->begin(), found->end(), [&](const Run& run) { return run.id == id; });
    if (it == found->end() || it->state != known.state || it->times != known.times) {
      findings_.report(Rule::durable_is_kept, now(), describe(id, known.times) + " is not what it was");
    }
  }
  if (expected != found->size()) {
    findings_.report(Rule::durable_is_kept, now(),
                     "there are " + std::to_string(found->size()) + " unfinished runs instead of " +
                         std::to_string(expected));
  }
  for (const auto& [id, known] : ledger_.tasks()) {
    const auto task = world_->await(world_->store.task(id));
    const auto& progress = known.progress;
    if (!*task || (*task)->progress.enabled != progress.enabled || (*task)->progress.runs != progress.runs ||
        (*task)->progress.attempts != progress.attempts ||
        (*task)->progress.plans_runs != progress.plans_runs) {
      findings_.report(Rule::durable_is_kept, now(), "task " + id.to_string() + " is not what it was");
    }
  }
  for (const auto& run : archives_.runs_with_open()) {
    const auto stored = world_->await(world_->store.archivings(run));
    archives_.check_is_kept(run, *stored, now());
  }
}

// Those that nothing but a restart will happen to.
std::map<RunId, TimeRange> Node::runs_to_come() const {
  std::map<RunId, TimeRange> runs;
  for (const auto& [end, id] : ledger_.unfinished_by_end()) {
    const auto& run = *ledger_.run(id);
    const bool waits = run.state == RunState::pending && run.times.start > now();
    if (waits && ledger_.task(run.task)->progress.enabled) runs.emplace(id, run.times);
  }
  return runs;
}

// Its start is over, but time has not gone on. Others may be planned already, some of a higher priority.
void Node::check_still_to_come(const std::map<RunId, TimeRange>& runs) {
  for (const auto& [id, times] : runs) {
    const auto* run = ledger_.run(id);
    const bool begins =
        run != nullptr && (run->state == RunState::pending || run->state == RunState::on_deck);
    if (begins && run->times == times) continue;
    if (run != nullptr && run->state == RunState::preempted) continue;
    const std::string now_is = run == nullptr ? "gone" : std::string(traits(run->state).name);
    findings_.report(Rule::restart_keeps_the_schedule, now(),
                     describe(id, times) + " was to come before the restart and is " + now_is);
  }
}

void Node::check_histories() {
  for (const auto& id : ledger_.take_ended()) {
    if (ledger_.run(id) == nullptr || power_lost_) continue;
    const KnownRun known = *ledger_.run(id);
    const auto history = world_->await(world_->store.history(id));
    std::optional<RunState> state;
    bool unbroken = !history->empty();
    for (const auto& step : *history) {
      unbroken = unbroken && step.from == state;
      state = step.to;
    }
    if (unbroken && state == known.state) continue;
    findings_.report(Rule::history_leads_here, now(),
                     "the history of " + describe(id, known.times) + " does not lead to " +
                         std::string(traits(known.state).name));
  }
}

}  // namespace pscheduler::sim
