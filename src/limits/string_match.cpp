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
  bool found = false;
  switch (style) {
    case Style::exact:
      found = case_insensitive ? to_lower(text) == to_lower(match) : text == match;
      break;
    case Style::contains:
      found = case_insensitive ? to_lower(text).find(to_lower(match)) != std::string::npos
                               : text.find(match) != std::string_view::npos;
      break;
    case Style::regex: {
      const auto from = case_insensitive ? after_characters(text, kSkippedCharacters) : 0;
      const auto answer = regex->match(text, from);
      if (answer == json::Regex::Match::limit) {
        return fail(Errc::timed_out, "the regular expression '" + excerpt(match) + "' takes too long on '" +
                                         excerpt(text) + "'");
      }
      found = answer == json::Regex::Match::yes;
      break;
    }
  }
  return found != invert;
}

}  // namespace pscheduler::limits
