#pragma once
// Looking into JSON values without surprises: nothing here throws or inserts.
// find_… answers nothing when the value is no object, the member is absent or of another type; get_… says
// which of these it was. An integer is what draft-7 calls one: 4.0 is, true and "4" are not.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::json {

// A member, which lives in `object`; nullptr when there is none.
const Json* find(const Json& object, std::string_view name);
const Json* find_object(const Json& object, std::string_view name);
const Json* find_array(const Json& object, std::string_view name);
const Json* find(const Json&& object, std::string_view name) = delete;
const Json* find_object(const Json&& object, std::string_view name) = delete;
const Json* find_array(const Json&& object, std::string_view name) = delete;

std::optional<std::string> find_string(const Json& object, std::string_view name);
std::optional<std::int64_t> find_integer(const Json& object, std::string_view name);
std::optional<double> find_number(const Json& object, std::string_view name);
std::optional<bool> find_bool(const Json& object, std::string_view name);

// Errors: invalid_argument, "'dest' is missing" or "'dest' must be a string, not 5".
Result<std::string> get_string(const Json& object, std::string_view name);
Result<std::int64_t> get_integer(const Json& object, std::string_view name);
Result<double> get_number(const Json& object, std::string_view name);
Result<bool> get_bool(const Json& object, std::string_view name);

// Whether a value is an integer of any size, and its value when it fits into 64 bits with sign.
bool is_integer(const Json& value);
std::optional<std::int64_t> as_integer(const Json& value);

// A value named in a message, at most some hundred bytes: 'text', 5, true, null, an object, an array.
std::string describe(const Json& value);

}  // namespace pscheduler::json
