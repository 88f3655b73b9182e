#pragma once
// What must hold at every instant of every simulation, whatever goes wrong.

#include <array>

#include "sim/findings.hpp"

namespace pscheduler::sim {

enum class Rule {
  exclusive_alone,
  agreed_slots_apart,
  agreed_before_started,
  nothing_twice,
  paused_starts_nothing,
  tools_end,
  accepted_is_kept,
  durable_is_kept,
  old_goes,
  keeps_going,
  runs_end,
  steps_are_told,
  history_leads_here,
  not_run_says_so,
  only_measured_is_finished,
  timeline_is_the_store,
  restart_keeps_the_schedule,
  results_are_archived,
  answers_in_order,
  no_mistakes,
};

using RuleText = sim::RuleTextOf<Rule>;
using Violation = sim::ViolationOf<Rule>;
using Findings = sim::FindingsOf<Rule>;

inline constexpr std::array kRules = {
    RuleText{Rule::exclusive_alone, "exclusive-alone",
             "While the tool of an exclusive run works, no tool of another exclusive or normal run does."},
    RuleText{Rule::agreed_slots_apart, "agreed-slots-apart",
             "The slots of waiting and running exclusive runs overlap no other such slot and no normal one."},
    RuleText{Rule::agreed_before_started, "agreed-before-started",
             "No tool is started for a run that has not been put on deck durably."},
    RuleText{Rule::nothing_twice, "nothing-twice",
             "The tool of a run is started once; only a run that streams results may be taken up again."},
    RuleText{Rule::paused_starts_nothing, "paused-starts-nothing",
             "No run is prepared whose time to start has come while the node was paused."},
    RuleText{Rule::tools_end, "tools-end",
             "A tool is gone a second after its slot at the latest, and with its run when that ends before."},
    RuleText{
        Rule::accepted_is_kept, "accepted-is-kept",
        "A task that was answered with success is in the store, and a single run of it has been planned."},
    RuleText{Rule::durable_is_kept, "durable-is-kept",
             "After a power loss the store holds what had become durable: no less, no more, nothing else."},
    RuleText{Rule::old_goes, "old-goes",
             "What is removed is over and has been kept as long as it has to be, but on request."},
    RuleText{Rule::keeps_going, "keeps-going",
             "A repeating task always has a run planned for its next time, until it ends by its own terms."},
    RuleText{Rule::runs_end, "runs-end",
             "Every run is in a final state soon after its slot and its tool, or what kept it from that."},
    RuleText{
        Rule::steps_are_told, "steps-are-told",
        "A run goes only where the table of moves allows, and each step is stored with reason and actor."},
    RuleText{Rule::history_leads_here, "history-leads-here",
             "The stored history of a run goes step by step from its making to the state that it has."},
    RuleText{Rule::not_run_says_so, "not-run-says-so",
             "A run that was missed, preempted or refused says why."},
    RuleText{
        Rule::only_measured_is_finished, "only-measured-is-finished",
        "A finished run's tool was started, a missed one's never, unless it was to go on after a restart."},
    RuleText{Rule::timeline_is_the_store, "timeline-is-the-store",
             "When nothing is under way, the free time offered is what the runs in the store leave."},
    RuleText{Rule::restart_keeps_the_schedule, "restart-keeps-the-schedule",
             "A restart leaves every run whose time is still to come where it was."},
    RuleText{
        Rule::results_are_archived, "results-are-archived",
        "A result is given to each archiver of its task until it has taken it, or refused it for good, or "
        "its time is over; each attempt is stored with its reason, and then not made again."},
    RuleText{Rule::answers_in_order, "answers-in-order", "No request is answered with a server's mistake."},
    RuleText{Rule::no_mistakes, "no-mistakes",
             "The node never logs that a coroutine broke or that a change of state was refused."},
};

constexpr const RuleText& text_of(Rule rule) {
  return kRules[static_cast<std::size_t>(rule)];
}

}  // namespace pscheduler::sim
