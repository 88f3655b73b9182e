#pragma once
// Regular expressions that cannot crash or hang: PCRE2 with bounds on matching steps, memory and subject
// size. A match that hits a bound is reported as such and is neither yes nor no.
//
// Dialects, unanchored and UTF-8:
//   schema  as in draft-7 schemas: \d and \w are ASCII, \uXXXX is known, and '$' is the end of the text
//   python  as the re of Python 3, as near as PCRE2 gets: \d and \w know all of Unicode, '$' also stands
//   before
//           a last line end, \Z is the very end, \uXXXX and \UXXXXXXXX are known, escapes of other letters
//           are refused. Unlike there, [[:alpha:]] is a class, and \N{…} is not known.
//   text    no regular expression: these very characters
//   whole   the same, and nothing before or after them

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"

namespace pscheduler::json {

class Regex {
 public:
  enum class Case { sensitive, insensitive };
  enum class Dialect { schema, python, text, whole };
  enum class Match { yes, no, limit };

  // Subjects beyond these sizes answer `limit`. Patterns without '^' are tried at each character, which costs
  // the square of the size.
  static constexpr std::size_t kAnchoredBytesMax = std::size_t{64} << 10;
  static constexpr std::size_t kUnanchoredBytesMax = std::size_t{16} << 10;

  // Errors: invalid_argument, with the place in the pattern.
  static Result<Regex> compile(std::string_view pattern, Case letters = Case::sensitive,
                               Dialect dialect = Dialect::schema);

  // Whether the pattern matches somewhere in the subject, from byte `from` on, which must begin a character;
  // '^' is the begin of the subject all the same. A subject that is not UTF-8 does not match.
  [[nodiscard]] Match match(std::string_view subject, std::size_t from = 0) const;

  [[nodiscard]] const std::string& pattern() const { return pattern_; }

 private:
  struct Code;
  Regex(std::string pattern, std::shared_ptr<const Code> code);

  std::string pattern_;
  std::shared_ptr<const Code> code_;
};

}  // namespace pscheduler::json
