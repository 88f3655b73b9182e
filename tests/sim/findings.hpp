#pragma once
// What a simulation has found: its rules, each with a name and a sentence, and the first that was broken.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::sim {

template <class Rule>
struct RuleTextOf {
  Rule rule;
  std::string_view name;
  std::string_view sentence;
};

template <class Rule>
struct ViolationOf {
  Rule rule;
  Instant at;  // where several clocks differ, true time
  std::string detail;
};

// Keeps the first violation; what follows is mostly its consequence.
template <class Rule>
class FindingsOf {
 public:
  void report(Rule rule, Instant at, std::string detail) {
    if (!first_) first_ = ViolationOf<Rule>{rule, at, std::move(detail)};
  }
  [[nodiscard]] const std::optional<ViolationOf<Rule>>& first() const { return first_; }

 private:
  std::optional<ViolationOf<Rule>> first_;
};

}  // namespace pscheduler::sim
