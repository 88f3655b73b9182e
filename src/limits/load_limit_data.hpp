#pragma once
// The data of each type of limit (spec limits.md, 7.2-7.8).

#include <optional>
#include <string>
#include <vector>

#include "limits/load_scripts.hpp"
#include "limits/members.hpp"
#include "pscheduler/limits/limit_types.hpp"

namespace pscheduler::limits {

std::vector<std::string> limit_types();

// Nothing when the type is unknown, or something about the data is refused.
std::optional<LimitData> read_limit_data(const std::string& type, const Json& data,
                                         const std::string& pointer, Findings& findings,
                                         ScriptReader& scripts);

}  // namespace pscheduler::limits
