#pragma once
// What the commands about limits show: problems, and how a decision came about.

#include <iosfwd>
#include <string>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "pscheduler/limits/evaluation.hpp"
#include "pscheduler/limits/problem.hpp"

namespace pscheduler::cli::limits_program {

// {"path": "/limits/0/type", "line": 3, "column": 7, "message": "…"}; line and column where they are known.
Json to_json(const std::vector<limits::Problem>& problems);

// {"identifiers": […], "classifiers": […], "applications": […], …}
Json to_json(const limits::Trace& trace);

// {"passed", "priority", "task", "diags", "trace"}
Json to_json(const limits::Decision& decision);

enum class Colours { none, terminal };

// What was identified, classified and applied, and why, as a tree.
std::string tree(const limits::Trace& trace, Colours colours);

}  // namespace pscheduler::cli::limits_program
