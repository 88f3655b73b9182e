#pragma once
// Whether a task or run is within a limit (spec limits.md, 7).

#include <optional>

#include "limits/fact_book.hpp"
#include "pscheduler/limits/rules.hpp"
#include "pscheduler/limits/trace.hpp"

namespace pscheduler::limits {

struct JudgeContext {
  std::shared_ptr<const Json> task;
  std::shared_ptr<const Json> hints;
  Strictness strictness;
  FactBook& facts;
  const std::vector<std::string>& identified;
  Instant now;
};

// Nothing while facts are missing.
std::optional<LimitTrace> judge(const Limit& limit, const JudgeContext& context);

}  // namespace pscheduler::limits
