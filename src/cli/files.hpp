#pragma once
// Files named on the command line: "@file" values, documents to import, results to write (spec cli.md, 2.5).

#include <string>

#include "cli/context.hpp"
#include "pscheduler/base/result.hpp"

namespace pscheduler::cli {

// What a file named by the user may hold at most; a task document is a few kilobytes.
inline constexpr std::size_t kInputBytesMax = 16u << 20;

// The whole file, or all of stdin for "-". Fails with the system's reason, or too_large.
Result<std::string> read_input(Context& context, const std::string& path,
                               std::size_t bytes_max = kInputBytesMax);

// "@file" is the file's contents without white space around them ("~" is a home directory); "\@text" is
// "@text"; anything else is itself.
Result<std::string> expand_at(Context& context, const std::string& word);

Result<void> write_file(const std::string& path, const std::string& text);

}  // namespace pscheduler::cli
