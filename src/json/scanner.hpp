#pragma once
// Splits JSON text into tokens. Used by the parser alone.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "pscheduler/json/reader.hpp"

namespace pscheduler::json {

enum class Token {
  object_begin,
  object_end,
  array_begin,
  array_end,
  colon,
  comma,
  string,
  scalar,   // a number, true, false or null
  unknown,  // nothing that can begin a token
  end,      // of the text
  failure,  // a malformed string or number
};

// The line and column of a byte offset.
Location location_of(std::string_view text, std::size_t offset);

class Scanner {
 public:
  Scanner(std::string_view text, Dialect dialect) : text_(text), dialect_(dialect) {}

  // Moves to the next token; after `failure` there is no further one.
  Token next();

  // Where the current token begins.
  [[nodiscard]] std::size_t offset() const { return begin_; }
  // The current string, decoded, or scalar; both may be moved from.
  std::string& string() { return string_; }
  Json& scalar() { return scalar_; }
  // After `failure`: what is wrong, and at which byte.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::size_t problem_offset() const { return problem_offset_; }
  // The current token as a message would call it.
  [[nodiscard]] std::string found() const;

 private:
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] bool at(std::string_view wanted) const { return rest().starts_with(wanted); }
  Token fail(std::size_t offset, std::string problem);
  Token punctuation(Token token);
  Token literal(std::string_view word, Json value);
  Token scan_string();
  bool scan_escape();
  bool scan_unicode_escape();
  bool scan_hex4(char32_t& unit);
  bool scan_character();
  Token scan_number();
  Token convert_integer(std::string_view digits);
  Token convert_double(std::string_view digits);
  Token scan_word();

  std::string_view text_;
  Dialect dialect_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  std::string string_;
  Json scalar_;
  std::string problem_;
  std::size_t problem_offset_ = 0;
};

}  // namespace pscheduler::json
