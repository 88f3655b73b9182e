#pragma once
// jq specifications of a limits file (spec limits.md, 3).

#include <optional>
#include <string>

#include "limits/members.hpp"
#include "pscheduler/limits/load.hpp"
#include "pscheduler/limits/script.hpp"

namespace pscheduler::limits {

// What a program is for says which functions it is offered, and what is refused.
enum class ScriptUse { plain, fetch, rewrite, priority };

// Reads specifications and keeps their programs for compiling.
class ScriptReader {
 public:
  ScriptReader(Findings& findings, Strictness strictness) : findings_(findings), strictness_(strictness) {}

  // Nothing when the value is refused.
  std::optional<JqSpec> read(const Json& value, const std::string& pointer, ScriptUse use);

  std::vector<LocatedScript> take() { return std::move(scripts_); }

 private:
  std::optional<std::string> read_text(const Json& value, const std::string& pointer, ScriptUse use);
  [[nodiscard]] std::string composed(const std::string& text, ScriptUse use) const;

  Findings& findings_;
  Strictness strictness_;
  std::vector<LocatedScript> scripts_;
};

// Every "import …;" and "include …;", wherever they stand, one a line; they are cut out of `text`.
std::string groom(std::string& text);

}  // namespace pscheduler::limits
