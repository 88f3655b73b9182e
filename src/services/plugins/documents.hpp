#pragma once
// JSON text to and from plug-ins, and their other output made fit for messages.

#include <cstddef>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::services {

// No method prints more; PluginLimits may say less.
inline constexpr std::size_t kDocumentBytesMax = std::size_t{64} << 20;

// What is kept of a plug-in's output for diagnosis.
inline constexpr std::size_t kDetailBytesMax = 4096;

// One document, members whose name begins with '#' dropped at every depth. The error's message says what is
// wrong: not UTF-8, nothing, not JSON, too deep, too large.
Result<Json> read_document(std::string_view text, std::size_t bytes_max = kDocumentBytesMax);

// One line in ASCII, without the line end: some plug-ins read stdin in a locale that is not UTF-8.
std::string write_document(const Json& value);

// Text fit to be kept in JSON: CR LF folded to LF, what is not UTF-8 or is a NUL replaced by U+FFFD, at most
// bytes_max with a note of what was cut.
std::string readable(std::string_view text, std::size_t bytes_max);

// For messages: "15 s", "0.4 s".
std::string in_seconds(Duration length);

// The last line with something on it, shortened for a message; empty when there is none.
std::string last_line(std::string_view text);

}  // namespace pscheduler::services
