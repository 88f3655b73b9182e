#pragma once
// The JSON value type of the project. Including this is light; to look inside include <nlohmann/json.hpp>.
// Object members are kept sorted by name; numbers keep integers apart from floating point.

#include <nlohmann/json_fwd.hpp>

namespace pscheduler {

using Json = nlohmann::json;

}  // namespace pscheduler
