#pragma once
// How a batch has its transforms run. They are its author's own programs, so they run where the batch does.

#include <optional>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/ports/scripts.hpp"

namespace pscheduler::batch {

class Jq {
 public:
  virtual ~Jq() = default;

  // Whether it compiles; invalid_argument says why not. What was compiled is kept.
  virtual Result<void> check(const ports::Script& script) = 0;

  // The first output, nothing when there is none. `variables` is an object.
  virtual Result<std::optional<Json>> first(const ports::Script& script, const Json& input,
                                            const Json& variables) = 0;
};

}  // namespace pscheduler::batch
