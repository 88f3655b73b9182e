#pragma once
// What is said of runs and results when something went wrong.

#include <string>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/services/plugins.hpp"

namespace pscheduler::services {

// What stands in for the result of a tool that has not produced one.
Json failure_result(const std::string& error, const std::string& diags);

std::string failure_sentence(const ToolOutcome& outcome);

// Why a merged result says that the measurement did not succeed.
std::string reason_of(const Json& merged);

// What another participant has brought.
struct Gathered {
  int participant = 0;
  JsonText result;      // empty when there is none
  std::string problem;  // why not, a sentence that begins with the host; empty when there is one
};

// The problems of all, a line each; empty when there are none.
std::string problems_of(const std::vector<Gathered>& others);

}  // namespace pscheduler::services
