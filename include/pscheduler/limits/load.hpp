#pragma once
// Reads limits files (spec limits.md, 1).
//
// A file is refused for exactly what 5.2 refuses it for; all of that is told at once, each with its place.
// Two things are left to the caller, who can reach outside: fetching the text when the file holds a URL, and
// compiling the scripts.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/limits/problem.hpp"
#include "pscheduler/limits/rules.hpp"

namespace pscheduler::limits {

// What a limits file may have at most.
inline constexpr std::size_t kFileBytesMax = 16u << 20;

struct LocatedScript {
  std::string pointer;  // where the file has it
  std::shared_ptr<const Script> script;
};

struct Loaded {
  std::shared_ptr<const Rules> rules;  // null when there are problems
  std::vector<Problem> problems;       // in the order of the file
  std::vector<Problem> warnings;       // accepted, but not what it seems
  std::vector<LocatedScript> scripts;  // to be compiled; one that does not compile is a problem, too
};

Loaded load(std::string_view text, Strictness strictness);

// The URL that a file holds instead of rules: trimmed, it begins with a scheme.
std::optional<std::string> url_in(std::string_view text);

// Gives each problem its place in the text and puts all into the order of the file.
void place_problems(std::vector<Problem>& problems, std::string_view text);

}  // namespace pscheduler::limits
