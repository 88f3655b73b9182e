#pragma once
// What must hold of each of several nodes and of them together, whatever befalls them and the lines between
// them.

#include <array>

#include "sim/findings.hpp"

namespace pscheduler::sim_mesh {

enum class Rule {
  exclusive_alone,
  slots_apart,
  prepared_before_started,
  steps_in_order,
  same_time,
  held_by_all,
  accepted_everywhere,
  everywhere_or_nowhere,
  nothing_owed,
  told_of_loss,
  runs_end,
  says_who_and_why,
  finished_by_all,
  accepted_is_run,
  works_when_healed,
  answers_in_order,
  no_mistakes,
};

using RuleText = sim::RuleTextOf<Rule>;
using Violation = sim::ViolationOf<Rule>;
using Findings = sim::FindingsOf<Rule>;

inline constexpr std::array kRules = {
    RuleText{Rule::exclusive_alone, "exclusive-alone",
             "While the tool of an exclusive run works, no tool of another exclusive or normal run does on "
             "that node."},
    RuleText{Rule::slots_apart, "slots-apart",
             "The slots of held, waiting and running exclusive runs of a node overlap no other such slot and "
             "no normal one."},
    RuleText{Rule::prepared_before_started, "prepared-before-started",
             "The tool of a run is started once, and only when the run is durably on deck."},
    RuleText{Rule::steps_in_order, "steps-in-order",
             "A run goes only where the table of moves allows, and is finished only when its tool was "
             "started."},
    RuleText{Rule::same_time, "same-time", "A run has the same start on all nodes that know of it."},
    RuleText{Rule::held_by_all, "held-by-all",
             "No tool is started for a run that not all participants have held durably at that time; the "
             "lead's only for one that all have confirmed."},
    RuleText{Rule::accepted_everywhere, "accepted-everywhere",
             "When a task is answered with success, it is durable on all its participants."},
    RuleText{Rule::everywhere_or_nowhere, "everywhere-or-nowhere",
             "A minute after all trouble is over, a task is enabled on all its participants or on none, and "
             "each of its runs is on all of them or on none; non-starters are their lead's alone."},
    RuleText{Rule::nothing_owed, "nothing-owed",
             "A minute after all trouble is over, no node owes another one anything from before."},
    RuleText{Rule::told_of_loss, "told-of-loss",
             "A minute after all trouble is over, no lead waits for the start of a run that another one has "
             "given up."},
    RuleText{Rule::runs_end, "runs-end",
             "Every run is in a final state soon after its slot, or after its node is back, whatever the "
             "others and the lines do."},
    RuleText{Rule::says_who_and_why, "says-who-and-why",
             "A run that was not measured says why; one that others have spoilt names one of them."},
    RuleText{Rule::finished_by_all, "finished-by-all",
             "A run that is finished on its lead was measured by all participants."},
    RuleText{Rule::accepted_is_run, "accepted-is-run",
             "Every accepted task that was not canceled has a run, and one that repeats goes on."},
    RuleText{Rule::works_when_healed, "works-when-healed",
             "What is planned when all trouble is over is measured, unless there is no room for it or a "
             "higher priority takes it."},
    RuleText{Rule::answers_in_order, "answers-in-order", "No request is answered with a server's mistake."},
    RuleText{Rule::no_mistakes, "no-mistakes",
             "No node logs that a coroutine broke or that a change of state was refused, and time goes on."},
};

constexpr const RuleText& text_of(Rule rule) {
  return kRules[static_cast<std::size_t>(rule)];
}

}  // namespace pscheduler::sim_mesh
