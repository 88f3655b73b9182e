#include "pscheduler/limits/evaluation.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "limits/fact_book.hpp"
#include "limits/identify.hpp"
#include "limits/judge_limit.hpp"
#include "limits/python_text.hpp"
#include "limits/transforms.hpp"
#include "pscheduler/json/access.hpp"

namespace pscheduler::limits {
namespace {

bool is_met(Require require, std::size_t passed, std::size_t total) {
  switch (require) {
    case Require::none:
      return passed == 0;
    case Require::one:
      return passed == 1;
    case Require::any:
      return passed > 0;
    case Require::all:
      return passed == total;
  }
  return false;
}

bool is_among(std::string_view name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Of the quotas that the application has which let the run pass; each once, however often it is named.
std::vector<Charge> charges_in(const Trace& trace) {
  std::vector<Charge> charges;
  if (trace.applications.empty()) return charges;
  for (const auto& group : trace.applications.back().groups) {
    for (const auto& limit : group.limits) {
      if (!limit.passed || !limit.charge) continue;
      const auto is_same = [&](const Charge& charge) { return charge.account == limit.charge->account; };
      if (std::none_of(charges.begin(), charges.end(), is_same)) charges.push_back(*limit.charge);
    }
  }
  return charges;
}

}  // namespace

Decision unlimited() {
  Decision decision;
  decision.passed = true;
  decision.diags = "There are no limits on this host";
  return decision;
}

Evaluation::Evaluation(std::shared_ptr<const Rules> rules, std::shared_ptr<const LocalNetworks> local,
                       Proposal proposal)
    : rules_(std::move(rules)),
      local_(std::move(local)),
      proposal_(std::move(proposal)),
      facts_(std::make_unique<FactBook>()),
      judged_(proposal_.task) {
  if (proposal_.hints->is_object()) {
    for (const auto& [name, value] : proposal_.hints->items())
      trace_.hints.emplace_back(name, python_str(value));
  }
}

Evaluation::~Evaluation() = default;

std::variant<std::vector<Question>, Decision> Evaluation::step(std::vector<Answer> answers) {
  facts_->answer(std::move(answers));
  if (stage_ == Stage::identifying) {
    if (identify_requester() == Progress::waiting) return facts_->take_questions();
    if (trace_.identified().empty()) return decide();
    classify_requester();
    if (trace_.classified().empty()) return decide();
    stage_ = Stage::rewriting;
  }
  if (stage_ == Stage::rewriting) {
    if (rewrite_task() == Progress::waiting) return facts_->take_questions();
    if (!trace_.error.empty()) return deny(std::move(trace_.error));
    stage_ = Stage::applying;
  }
  if (stage_ == Stage::applying) {
    if (apply_limits() == Progress::waiting) return facts_->take_questions();
    stage_ = Stage::prioritizing;
  }
  if (prioritize() == Progress::waiting) return facts_->take_questions();
  if (!trace_.error.empty()) return deny(std::move(trace_.error));
  return decide();
}

Evaluation::Progress Evaluation::identify_requester() {
  const IdentifyContext context{proposal_.hints, *local_, *facts_};
  std::vector<IdentifierTrace> traces;
  for (std::size_t i = 0; i < rules_->identifiers.size(); ++i) {
    const auto& identifier = rules_->identifiers[i];
    const auto match = identify(identifier, i, context);
    if (!match) continue;
    IdentifierTrace trace{identifier.name, *match && **match, {}};
    if (!*match) trace.problem = match->error().message;
    traces.push_back(std::move(trace));
  }
  if (traces.size() < rules_->identifiers.size()) return Progress::waiting;
  trace_.identifiers = std::move(traces);
  return Progress::done;
}

void Evaluation::classify_requester() {
  for (const auto& classifier : rules_->classifiers) {
    const auto matched = std::count_if(classifier.identifiers.begin(), classifier.identifiers.end(),
                                       [this](std::size_t i) { return trace_.identifiers[i].matched; });
    trace_.classifiers.push_back(
        {classifier.name,
         is_met(classifier.require, static_cast<std::size_t>(matched), classifier.identifiers.size())});
  }
}

Evaluation::Progress Evaluation::rewrite_task() {
  if (!proposal_.is_rewritten || !rules_->rewrite) return Progress::done;
  const auto* answer = facts_->ask({&rules_->rewrite, 0}, [this] {
    return RunScript{rules_->rewrite->script, std::make_shared<const Json>(rewriter_input(
                                                  *proposal_.task, trace_.classified(), *proposal_.hints))};
  });
  if (answer == nullptr) return Progress::waiting;
  const auto outputs = answer_of<Outputs>(*answer);
  Result<Rewritten> rewritten = fail(Errc::internal, "");
  if (!outputs) {
    rewritten = fail(outputs.error());
  } else if (rules_->rewrite->output_raw) {
    rewritten =
        fail(Errc::invalid_argument, "The program gives text instead of a task, as 'output-raw' says.");
  } else {
    rewritten = read_rewritten(**outputs, *proposal_.task);
  }
  if (!rewritten) {
    trace_.error = "The task could not be rewritten: " + rewritten.error().message;
    return Progress::done;
  }
  rewritten_ = std::move(rewritten->task);
  // Changes that are not announced pass by the limits (quirk 9), unless that is not wanted.
  if (rewritten->changed || rules_->strictness == Strictness::strict) judged_ = rewritten_;
  if (rewritten->changed) trace_.rewrite = RewriteTrace{std::move(rewritten->messages)};
  return Progress::done;
}

Evaluation::Progress Evaluation::evaluate_group(const Group& group, GroupTrace& trace) {
  const auto identified = trace_.identified();
  const JudgeContext context{judged_, proposal_.hints, rules_->strictness,
                             *facts_, identified,      proposal_.now};
  trace.require = group.require;
  bool is_waiting = false;
  for (const auto index : group.limits) {
    auto judged = judge(rules_->limits[index], context);
    if (judged) {
      trace.limits.push_back(std::move(*judged));
    } else {
      is_waiting = true;  // the others are asked all the same, so that all facts are found at once
    }
  }
  trace.met = !is_waiting && is_met(group.require, trace.passed(), trace.limits.size());
  return is_waiting ? Progress::waiting : Progress::done;
}

// The first application that passes decides, or the first that fails and stops the others.
Evaluation::Progress Evaluation::apply_limits() {
  const auto classified = trace_.classified();
  for (; application_ < rules_->applications.size(); ++application_) {
    const auto& application = rules_->applications[application_];
    if (application.classifier && !is_among(rules_->classifiers[*application.classifier].name, classified))
      continue;
    ApplicationTrace trace{application_, application.description, {}, true, application.invert, false};
    for (const auto& group : application.groups) {
      GroupTrace outcome;
      if (evaluate_group(group, outcome) == Progress::waiting) return Progress::waiting;
      trace.groups.push_back(std::move(outcome));
      trace.passed = trace.groups.back().met;
      if (!trace.passed) break;
    }
    trace.passed = trace.passed != application.invert;
    trace.stopped = !trace.passed && application.stop_on_failure;
    passed_ = trace.passed;
    const bool is_over = trace.passed || trace.stopped;
    trace_.applications.push_back(std::move(trace));
    if (is_over) break;
  }
  return Progress::done;
}

Evaluation::Progress Evaluation::prioritize() {
  if (!passed_ || !proposal_.is_prioritized || !rules_->priority) return Progress::done;
  const auto* answer = facts_->ask({&rules_->priority, 0}, [this] {
    return RunScript{rules_->priority->script,
                     std::make_shared<const Json>(prioritizer_input(*proposal_.task, trace_.classified()))};
  });
  if (answer == nullptr) return Progress::waiting;
  const auto outputs = answer_of<Outputs>(*answer);
  Result<Prioritized> prioritized = fail(Errc::internal, "");
  if (!outputs) {
    prioritized = fail(outputs.error());
  } else if (rules_->priority->output_raw) {
    prioritized = fail(Errc::invalid_argument, "The program gives text, as 'output-raw' says.");
  } else {
    prioritized = read_prioritized(**outputs);
  }
  if (!prioritized) {
    trace_.error = "The priority could not be determined: " + prioritized.error().message;
    return Progress::done;
  }
  trace_.priority = PriorityTrace{json::find_number(*proposal_.task, "priority"), prioritized->value,
                                  std::move(prioritized->messages)};
  return Progress::done;
}

Decision Evaluation::deny(std::string error) {
  stage_ = Stage::decided;
  Decision decision;
  trace_.error = error;
  decision.diags = std::move(error);
  decision.trace = std::move(trace_);
  return decision;
}

Decision Evaluation::decide() {
  const bool was_applied = stage_ != Stage::identifying;
  stage_ = Stage::decided;
  Decision decision;
  decision.passed = passed_;
  decision.task = rewritten_;
  if (was_applied) decision.priority = trace_.priority ? trace_.priority->value : 0;
  if (passed_) decision.charges = charges_in(trace_);
  decision.diags = diagnostics(trace_, passed_);
  decision.trace = std::move(trace_);
  return decision;
}

}  // namespace pscheduler::limits
