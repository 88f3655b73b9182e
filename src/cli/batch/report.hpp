#pragma once
// The results of a batch in the forms a user can ask for.

#include <string>

#include "cli/batch/order.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::cli {

// A line of JSON for one iteration: "job", "label" (null without one), "iteration", "succeeded", and the
// members of its element.
std::string iteration_line(const Json& job, std::size_t job_number, std::size_t iteration,
                           const Json& element);

// The output document as text, each with a newline at the end. Iterations without a result have no line.
std::string as_json_lines(const Json& output);
std::string as_table(const Json& output);

// Whether any iteration has failed, or was not run although its job was.
bool has_failures(const Json& output);

}  // namespace pscheduler::cli
