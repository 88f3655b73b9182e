#include "pscheduler/limits/string_match.hpp"

#include "pscheduler/base/text.hpp"

namespace pscheduler::limits {
namespace {

// How many characters quirk 17 skips: the value of the flag that was meant, taken for a position.
constexpr std::size_t kSkippedCharacters = 2;

std::size_t after_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
  }
  return at;
}

}  // namespace

Result<bool> StringMatch::matches(std::string_view text) const {
  std::size_t from = 0;
  switch (style) {
    case Style::exact:
      if (!case_insensitive) return (text == match) != invert;
      break;
    case Style::contains:
      if (!case_insensitive) return (text.find(match) != std::string_view::npos) != invert;
      break;
    case Style::regex:
      if (case_insensitive) from = after_characters(text, kSkippedCharacters);
      break;
  }
  const auto answer = regex->match(text, from);
  if (answer == json::Regex::Match::limit) {
    return fail(Errc::timed_out,
                "comparing '" + excerpt(text) + "' with '" + excerpt(match) + "' takes too long");
  }
  return (answer == json::Regex::Match::yes) != invert;
}

}  // namespace pscheduler::limits
