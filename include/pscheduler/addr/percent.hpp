#pragma once
// Percent-encoding (RFC 3986, 2.1).

#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"

namespace pscheduler {

// Everything but letters, digits and "-._~" becomes %XX: safe as a query name or value and as a path segment,
// however the receiver reads '+'.
std::string percent_encode(std::string_view text);

// How a '+' is read.
enum class Plus { literal, blank };

// The bytes that were meant; invalid_argument when a '%' is not followed by two hexadecimal digits.
Result<std::string> percent_decode(std::string_view text, Plus plus);

}  // namespace pscheduler
