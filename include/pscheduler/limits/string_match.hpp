#pragma once
// How text is compared in identifiers (spec limits.md, 10.1).

#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/regex.hpp"

namespace pscheduler::limits {

struct StringMatch {
  enum class Style { exact, contains, regex };

  Style style = Style::exact;
  std::string match;
  bool case_insensitive = false;
  bool invert = false;
  std::optional<json::Regex> regex;  // of that style, or what compares texts without regard to case

  // Case is that of all of Unicode. A regular expression does not ignore it: the flag makes it begin at the
  // third character (quirk 17). timed_out when a bound on matching is hit.
  [[nodiscard]] Result<bool> matches(std::string_view text) const;
};

}  // namespace pscheduler::limits
