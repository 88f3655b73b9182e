#pragma once
// Decides on one proposal (spec limits.md, 2). Pure: it names the facts it needs, all that are needed at that
// point at once, and goes on when it is given them.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "pscheduler/limits/questions.hpp"
#include "pscheduler/limits/rules.hpp"
#include "pscheduler/limits/trace.hpp"

namespace pscheduler::limits {

struct Proposal {
  std::shared_ptr<const Json> task;   // with "run_schedule" when it is about a run
  std::shared_ptr<const Json> hints;  // an object: requester, server, …
  bool is_rewritten = false;          // the lead's submission: the rewriter has its say
  bool is_prioritized = false;        // a run: the priority is computed
  Instant now = {};                   // when a task that names no start would begin
};

struct Decision {
  bool passed = false;
  std::shared_ptr<const Json> task;  // what the rewriter made of it; null when it had no say
  std::optional<double> priority;
  std::vector<Charge> charges;  // what the run takes of quotas; whose run it is and when added is not set
  std::string diags;
  Trace trace;
};

// The decision where there is no limits file.
Decision unlimited();

class FactBook;

class Evaluation {
 public:
  Evaluation(std::shared_ptr<const Rules> rules, std::shared_ptr<const LocalNetworks> local,
             Proposal proposal);
  ~Evaluation();
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

  // `answers`: to the questions of the last step, in their order; none the first time. After a decision
  // there is no further step.
  std::variant<std::vector<Question>, Decision> step(std::vector<Answer> answers);

 private:
  enum class Stage { identifying, rewriting, applying, prioritizing, decided };
  enum class Progress { done, waiting };

  Progress identify_requester();
  void classify_requester();
  Progress rewrite_task();
  Progress apply_limits();
  Progress evaluate_group(const Group& group, GroupTrace& trace);
  Progress prioritize();
  Decision deny(std::string error);
  Decision decide();

  std::shared_ptr<const Rules> rules_;
  std::shared_ptr<const LocalNetworks> local_;
  Proposal proposal_;
  std::unique_ptr<FactBook> facts_;
  Stage stage_ = Stage::identifying;
  Trace trace_;
  std::shared_ptr<const Json> judged_;     // the task as limits see it
  std::shared_ptr<const Json> rewritten_;  // null when there was no rewriter
  std::size_t application_ = 0;            // the one being evaluated, and its group
  bool passed_ = false;
};

}  // namespace pscheduler::limits
