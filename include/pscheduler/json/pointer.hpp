#pragma once
// JSON pointers (RFC 6901): "" is the whole document, "/a/0" the first item of member a; '~' is written ~0
// and
// '/' within a name ~1.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/json/value.hpp"

namespace pscheduler::json {

// Adds one step to a pointer.
void append_step(std::string& pointer, std::string_view name);
void append_step(std::string& pointer, std::size_t index);

// The names and indexes of a pointer, unescaped; empty when it is malformed.
std::optional<std::vector<std::string>> split_pointer(std::string_view pointer);

// The value a pointer names; nullptr when there is none. It lives in `document`.
const Json* resolve_pointer(const Json& document, std::string_view pointer);
const Json* resolve_pointer(const Json&& document, std::string_view pointer) = delete;

}  // namespace pscheduler::json
