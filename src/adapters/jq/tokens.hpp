#pragma once
// A jq program as tokens, verbatim: put together again they are the program. Only as fine as dialect.cpp
// needs.

#include <string_view>
#include <vector>

namespace pscheduler::adapters::jq {

enum class TokenKind {
  blank,    // white space
  comment,  // from '#' to the end of the line; an odd number of backslashes there carries it on, as in 1.7.1
  name,     // identifiers and keywords: if, f, si::as_integer
  field,    // .name
  number,   // 12, .5, 1e3
  text,     // a string, or the part of one before, between or after \( … ) insertions, with those brackets
  symbol,   // one character, or one of ".." and "?//"
};

struct Token {
  TokenKind kind;
  std::string_view spelling;

  [[nodiscard]] bool is(std::string_view wanted) const { return spelling == wanted; }
  [[nodiscard]] bool is_significant() const { return kind != TokenKind::blank && kind != TokenKind::comment; }
  // Of text: whether an insertion \( follows, and whether one went before.
  [[nodiscard]] bool opens_insertion() const { return kind == TokenKind::text && spelling.ends_with("\\("); }
  [[nodiscard]] bool closes_insertion() const { return kind == TokenKind::text && spelling.starts_with(')'); }
};

// Never fails: what is left open at the end simply ends there.
std::vector<Token> tokenize(std::string_view program);

}  // namespace pscheduler::adapters::jq
