#pragma once
// What a limit makes of a task before it is inverted.

#include <optional>
#include <string>
#include <vector>

#include "pscheduler/model/charge.hpp"

namespace pscheduler::limits {

struct LimitVerdict {
  enum class Kind {
    passed,
    failed,
    broken
  };  // broken: it cannot be evaluated, which inversion does not mend

  Kind kind = Kind::failed;
  std::vector<std::string> reasons;
  std::string note = {};
  std::optional<Charge> charge = {};

  static LimitVerdict pass() { return {Kind::passed, {}}; }
  static LimitVerdict failed(std::string reason) { return {Kind::failed, {std::move(reason)}}; }
  static LimitVerdict broken(std::string reason) { return {Kind::broken, {std::move(reason)}}; }
};

// Nothing while facts are missing.
using MaybeVerdict = std::optional<LimitVerdict>;

}  // namespace pscheduler::limits
