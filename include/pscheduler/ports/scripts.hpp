#pragma once
// jq programs (design, section 8).

#include <string>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "pscheduler/ports/async.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::ports {

struct Script {
  std::string text;                    // several lines are joined by '\n'
  std::vector<std::string> variables;  // names bound as $name from the members of the arguments object
};

class Scripts {
 public:
  virtual ~Scripts() = default;

  // Whether it compiles; invalid_argument carries jq's message.
  virtual AsyncResult<void> check(const Script& script, Duration time_limit) = 0;

  // All outputs for one input. invalid_argument when it does not compile or raises an error; timed_out,
  // too_large or unavailable when the engine had to be stopped.
  virtual AsyncResult<std::vector<Json>> run(const Script& script, const Json& input, const Json& arguments,
                                             Duration time_limit) = 0;
};

}  // namespace pscheduler::ports
