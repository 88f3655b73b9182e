#pragma once
// Small helpers for text that the standard library lacks.

#include <string>
#include <string_view>
#include <vector>

namespace pscheduler {

// Without blanks, tabs and line ends at both ends, or at the end only.
std::string_view trim(std::string_view text);
std::string_view trim_end(std::string_view text);

// The pieces between separators; "a,,b" has three, "" has one.
std::vector<std::string_view> split(std::string_view text, char separator);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

// ASCII only.
std::string to_lower(std::string_view text);

// Text fit for a one-line message: at most max_bytes, cut at a UTF-8 border with "…" and the full size,
// control characters shown as \xNN.
std::string excerpt(std::string_view text, std::size_t max_bytes = 120);

// Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

}  // namespace pscheduler
