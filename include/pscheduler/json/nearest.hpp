#pragma once
// What somebody may have meant by a name that is not known.

#include <string>
#include <string_view>
#include <vector>

namespace pscheduler::json {

// The known names closest to a misspelt one, at most three, best first; none when nothing is near.
std::vector<std::string> nearest_names(std::string_view name, const std::vector<std::string>& known);

}  // namespace pscheduler::json
