#pragma once
// One character of UTF-8 (RFC 3629) at a time.

#include <cstddef>
#include <string>
#include <string_view>

namespace pscheduler::json {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;  // 0: not well-formed
};

// The character at the front of a text that is not empty.
CodePoint decode_utf8(std::string_view text);

// `value` must be a Unicode scalar value.
void append_utf8(std::string& text, char32_t value);

// Characters in the text; a byte that belongs to none counts as one.
std::size_t count_characters(std::string_view text);

}  // namespace pscheduler::json
