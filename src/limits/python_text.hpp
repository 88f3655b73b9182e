#pragma once
// Values as Python prints them, where files may depend on it: query arguments, and messages of scripts.

#include <string>

#include "pscheduler/json/value.hpp"

namespace pscheduler::limits {

// str(): strings as they are, True, None, 1.5, [1, 'a'], {'a': None}.
std::string python_str(const Json& value);

// urllib.parse.quote_plus(): letters, digits and "_.-~" stay, a blank is '+', all else %XX.
std::string quote_plus(const std::string& text);

}  // namespace pscheduler::limits
