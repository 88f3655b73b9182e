#pragma once
// The shared type dictionary: the JSON types that plug-ins, tasks, archives and schedules are made of.
// Schemas refer to them as {"$ref": "#/pScheduler/<Name>"}, for example "#/pScheduler/Duration",
// "#/pScheduler/Limit/Boolean" or, the same, "#/pScheduler/Limit~1Boolean".

#include <string_view>

#include "pscheduler/json/value.hpp"

namespace pscheduler::json {

// The whole document: {"pScheduler": {"<Name>": schema, …}}. Read once, at the first call.
const Json& dictionary();

// The text it was read from, which is also installed as share/pscheduler/schemas/dictionary.json.
std::string_view dictionary_text();

}  // namespace pscheduler::json
