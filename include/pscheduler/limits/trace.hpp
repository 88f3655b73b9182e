#pragma once
// What an evaluation came across, in its order: the material of diagnostics and explanations.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pscheduler/limits/rules.hpp"
#include "pscheduler/model/charge.hpp"

namespace pscheduler::limits {

struct IdentifierTrace {
  std::string name;
  bool matched = false;
  std::optional<std::string> problem;  // why it could not be evaluated
};

struct ClassifierTrace {
  std::string name;
  bool satisfied = false;
};

struct LimitTrace {
  std::string name;
  bool passed = false;
  std::vector<std::string> reasons;   // of a failure
  std::string note = {};              // what else there is to say; empty: nothing
  std::optional<Charge> charge = {};  // what the run takes of a quota if it may be
};

struct GroupTrace {
  Require require = Require::all;
  std::vector<LimitTrace> limits;
  bool met = false;

  [[nodiscard]] std::size_t passed() const;
};

struct ApplicationTrace {
  std::size_t index = 0;
  std::string description;
  std::vector<GroupTrace> groups;
  bool passed = false;
  bool inverted = false;
  bool stopped = false;  // it failed, and the others were not asked
};

struct RewriteTrace {
  std::vector<std::string> messages;
};

struct PriorityTrace {
  std::optional<double> requested;
  double value = 0;
  std::vector<std::string> messages;
};

struct Trace {
  std::vector<std::pair<std::string, std::string>> hints;
  std::vector<IdentifierTrace> identifiers;
  std::vector<ClassifierTrace> classifiers;  // empty when nothing was identified
  std::optional<RewriteTrace> rewrite;       // the rewriter said that it changed the task
  std::vector<ApplicationTrace> applications;
  std::optional<PriorityTrace> priority;
  std::string error;  // what ended the evaluation before its time

  [[nodiscard]] std::vector<std::string> identified() const;
  [[nodiscard]] std::vector<std::string> classified() const;
};

// The text for people (spec limits.md, 11), without a final line end.
std::string diagnostics(const Trace& trace, bool passed);

// One sentence: what let the task pass, or which rule refused it and what that wants.
std::string verdict(const Trace& trace, bool passed);

}  // namespace pscheduler::limits
