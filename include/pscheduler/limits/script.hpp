#pragma once
// jq programs of a limits file, ready to be run (spec limits.md, 3).

#include <memory>
#include <string>
#include <vector>

#include "pscheduler/json/value.hpp"

namespace pscheduler::limits {

struct Script {
  std::string text;
  std::vector<std::string> variables;     // bound as $name from the members of `arguments`
  std::shared_ptr<const Json> arguments;  // an object
};

// A specification of the file: its program as it is to be run, with the functions offered to it.
struct JqSpec {
  std::shared_ptr<const Script> script;
  bool output_raw = false;
};

}  // namespace pscheduler::limits
