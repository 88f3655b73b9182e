#pragma once
// Limits of a limits file (spec limits.md, 1.5, 7).

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "limits/load_scripts.hpp"
#include "limits/members.hpp"
#include "pscheduler/limits/limit_types.hpp"

namespace pscheduler::limits {

// Type and data of the limits read so far, for those that are cloned from them, by name.
struct Cloneable {
  std::shared_ptr<const Json> type;
  std::shared_ptr<const Json> data;
};
using Cloneables = std::map<std::string, Cloneable>;

// Nothing when something about it is refused. `name` is its name as JSON text, as a name need not be a
// string;
// "" when it has none.
std::optional<Limit> read_limit(const Json& value, const std::string& pointer, Findings& findings,
                                ScriptReader& scripts, Cloneables& earlier, std::string& name);

}  // namespace pscheduler::limits
