#pragma once
// Members whose name begins with '_' are private: passwords, keys, access tokens.

#include <string_view>

#include "pscheduler/json/value.hpp"

namespace pscheduler::json {

inline bool is_private_name(std::string_view name) {
  return name.starts_with('_');
}

// The value of every private member becomes null, at every depth; the member itself stays.
void hide_private(Json& value);

}  // namespace pscheduler::json
