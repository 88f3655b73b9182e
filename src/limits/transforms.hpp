#pragma once
// What goes into the rewriter and the prioritizer, and what their outputs mean (spec limits.md, 6, 9).

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/limits/questions.hpp"

namespace pscheduler::limits {

Json rewriter_input(const Json& task, const std::vector<std::string>& classifiers, const Json& hints);

struct Rewritten {
  std::shared_ptr<const Json> task;
  bool changed = false;  // as the program says
  std::vector<std::string> messages;
};

// Errors: what makes the output unusable, for which the task is denied.
Result<Rewritten> read_rewritten(const Outputs& outputs, const Json& original);

Json prioritizer_input(const Json& task, const std::vector<std::string>& classifiers);

struct Prioritized {
  double value = 0;
  std::vector<std::string> messages;
};

Result<Prioritized> read_prioritized(const Outputs& outputs);

}  // namespace pscheduler::limits
