#pragma once
// Identifiers of a limits file (spec limits.md, 1.5, 4).

#include <optional>

#include "limits/load_scripts.hpp"
#include "limits/members.hpp"
#include "pscheduler/limits/identifiers.hpp"

namespace pscheduler::limits {

// Nothing when something about it is refused. Its name, when it has one, goes to `name` in any case.
std::optional<Identifier> read_identifier(const Json& value, const std::string& pointer, Findings& findings,
                                          ScriptReader& scripts, std::string& name);

}  // namespace pscheduler::limits
