#include "scanner.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

#include "pscheduler/base/text.hpp"
#include "utf8.hpp"

namespace pscheduler::json {
namespace {

constexpr std::size_t kShownBytes = 40;  // of a text quoted in a message

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// How a raw control character must be written in a string.
std::string escape_of(char c) {
  switch (c) {
    case '\n':
      return "a line end in a string; write it as \\n";
    case '\t':
      return "a raw tab in a string; write it as \\t";
    case '\r':
      return "a raw carriage return in a string; write it as \\r";
    default:
      break;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto byte = static_cast<std::uint8_t>(c);
  return std::string("a raw control character in a string; write it as \\u00") + kHex[byte >> 4U] +
         kHex[byte & 0xfU];
}

// Whether a number that std::from_chars calls out of range is too large, rather than too near to zero:
// whether the place of its first digit that counts, moved by the exponent, is before the point.
bool overflows(std::string_view digits) {
  const std::size_t exponent_at = std::min(digits.find_first_of("eE"), digits.size());
  const std::string_view mantissa = digits.substr(0, exponent_at);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  std::string_view exponent = digits.substr(std::min(exponent_at + 1, digits.size()));
  const bool negative = exponent.starts_with('-');
  if (negative || exponent.starts_with('+')) exponent.remove_prefix(1);
  std::int64_t power = 0;
  const auto error = std::from_chars(exponent.data(), exponent.data() + exponent.size(), power).ec;
  if (error == std::errc::result_out_of_range) return !negative;
  const auto place = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  return negative ? place > power : place > -power;
}

}  // namespace

Location location_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  Location location;
  std::size_t line_begin = 0;
  for (std::size_t at = before.find('\n'); at != std::string_view::npos; at = before.find('\n', line_begin)) {
    ++location.line;
    line_begin = at + 1;
  }
  location.column = count_characters(before.substr(line_begin)) + 1;
  return location;
}

Token Scanner::fail(std::size_t offset, std::string problem) {
  problem_offset_ = offset;
  problem_ = std::move(problem);
  return Token::failure;
}

Token Scanner::punctuation(Token token) {
  ++at_;
  return token;
}

Token Scanner::next() {
  at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
  begin_ = at_;
  if (at_ == text_.size()) return Token::end;
  switch (text_[at_]) {
    case '{':
      return punctuation(Token::object_begin);
    case '}':
      return punctuation(Token::object_end);
    case '[':
      return punctuation(Token::array_begin);
    case ']':
      return punctuation(Token::array_end);
    case ':':
      return punctuation(Token::colon);
    case ',':
      return punctuation(Token::comma);
    case '"':
      return scan_string();
    default:
      return is_digit(text_[at_]) || text_[at_] == '-' ? scan_number() : scan_word();
  }
}

Token Scanner::literal(std::string_view word, Json value) {
  at_ += word.size();
  scalar_ = std::move(value);
  return Token::scalar;
}

Token Scanner::scan_word() {
  std::size_t length = 0;
  while (length < rest().size() && (is_letter(rest()[length]) || is_digit(rest()[length]))) ++length;
  const std::string_view word = rest().substr(0, length);
  if (word == "true") return literal(word, true);
  if (word == "false") return literal(word, false);
  if (word == "null") return literal(word, nullptr);
  if (word != "NaN" && word != "Infinity") return Token::unknown;
  if (dialect_ == Dialect::strict)
    return fail(at_, "found " + std::string(word) + ", which is no JSON number");
  return literal(word, word == "NaN" ? std::numeric_limits<double>::quiet_NaN()
                                     : std::numeric_limits<double>::infinity());
}

Token Scanner::scan_string() {
  string_.clear();
  ++at_;
  while (at_ < text_.size()) {
    // Plain characters are taken in one piece.
    std::size_t plain = at_;
    while (plain < text_.size() && text_[plain] != '"' && text_[plain] != '\\' && text_[plain] >= 0x20 &&
           text_[plain] <= 0x7e) {
      ++plain;
    }
    string_.append(text_, at_, plain - at_);
    at_ = plain;
    if (at_ == text_.size()) break;
    if (text_[at_] == '"') {
      ++at_;
      return Token::string;
    }
    if (!(text_[at_] == '\\' ? scan_escape() : scan_character())) return Token::failure;
  }
  return fail(begin_, "found a string that is not closed by '\"'");
}

bool Scanner::scan_character() {
  const auto byte = static_cast<std::uint8_t>(text_[at_]);
  if (byte < 0x20) {
    fail(at_, "found " + escape_of(text_[at_]));
    return false;
  }
  const CodePoint character = decode_utf8(rest());
  if (character.bytes == 0) {
    fail(at_, "found bytes that are not UTF-8");
    return false;
  }
  string_.append(text_, at_, character.bytes);
  at_ += character.bytes;
  return true;
}

bool Scanner::scan_escape() {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (at("\\u")) return scan_unicode_escape();
  const std::size_t which = at_ + 1 < text_.size() ? kLetters.find(text_[at_ + 1]) : std::string_view::npos;
  if (which == std::string_view::npos) {
    fail(at_,
         "found '" + excerpt(rest().substr(0, 2)) + R"(', which is no escape; a backslash is written \\)");
    return false;
  }
  string_ += kMeanings[which];
  at_ += 2;
  return true;
}

// Four hexadecimal digits after "\u".
bool Scanner::scan_hex4(char32_t& unit) {
  const std::string_view digits = rest().substr(0, 6);
  std::uint32_t value = 0;
  if (digits.size() == 6 && digits.starts_with("\\u")) {
    const auto [end, error] = std::from_chars(digits.data() + 2, digits.data() + 6, value, 16);
    if (error == std::errc{} && end == digits.data() + 6) {
      at_ += 6;
      unit = value;
      return true;
    }
  }
  fail(at_, "found '" + excerpt(digits) + "', but \\u takes four hexadecimal digits");
  return false;
}

bool Scanner::scan_unicode_escape() {
  const std::size_t begin = at_;
  char32_t high = 0;
  if (!scan_hex4(high)) return false;
  if (high < 0xd800 || high > 0xdfff) {
    append_utf8(string_, high);
    return true;
  }
  char32_t low = 0;
  if (high <= 0xdbff && at("\\u") && !scan_hex4(low)) return false;
  if (low < 0xdc00 || low > 0xdfff) {
    fail(begin, "found '" + std::string(text_.substr(begin, 6)) + "', one half of a surrogate pair");
    return false;
  }
  append_utf8(string_, 0x10000 + ((high - 0xd800) << 10U) + (low - 0xdc00));
  return true;
}

Token Scanner::scan_number() {
  std::size_t at = at_;
  const auto peek = [&] { return at < text_.size() ? text_[at] : '\0'; };
  const auto digits = [&] {
    const std::size_t first = at;
    while (is_digit(peek())) ++at;
    return at > first;
  };
  if (peek() == '-') ++at;
  if (dialect_ == Dialect::limits && text_.substr(at).starts_with("Infinity")) {
    return literal("-Infinity", -std::numeric_limits<double>::infinity());
  }
  const bool zero = peek() == '0';
  const std::size_t integer_begin = at;
  if (!digits()) return fail(at_, "found '-' that is not followed by a digit");
  if (zero && at > integer_begin + 1) return fail(at_, "found a number with a leading zero");
  bool integer = true;
  if (peek() == '.') {
    integer = false;
    ++at;
    if (!digits()) return fail(at_, "found a number without a digit after its point");
  }
  if (peek() == 'e' || peek() == 'E') {
    integer = false;
    ++at;
    if (peek() == '+' || peek() == '-') ++at;
    if (!digits()) return fail(at_, "found a number without a digit in its exponent");
  }
  const std::string_view number = text_.substr(at_, at - at_);
  const Token token = integer ? convert_integer(number) : convert_double(number);
  at_ = at;
  return token;
}

Token Scanner::convert_integer(std::string_view digits) {
  const char* const end = digits.data() + digits.size();
  if (digits.starts_with('-')) {
    std::int64_t value = 0;
    if (std::from_chars(digits.data(), end, value).ec == std::errc{}) {
      scalar_ = value;
      return Token::scalar;
    }
  } else {
    std::uint64_t value = 0;
    if (std::from_chars(digits.data(), end, value).ec == std::errc{}) {
      scalar_ = value;
      return Token::scalar;
    }
  }
  if (dialect_ == Dialect::limits) return convert_double(digits);
  return fail(begin_,
              "found the integer " + excerpt(digits, kShownBytes) + ", which does not fit into 64 bits");
}

Token Scanner::convert_double(std::string_view digits) {
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) {
    const double sign = digits.starts_with('-') ? -1.0 : 1.0;
    const bool infinite = overflows(digits);
    if (infinite && dialect_ == Dialect::strict) {
      return fail(begin_, "found the number " + excerpt(digits, kShownBytes) + ", which is beyond 1.8e308");
    }
    value = sign * (infinite ? std::numeric_limits<double>::infinity() : 0.0);
  }
  scalar_ = value;
  return Token::scalar;
}

std::string Scanner::found() const {
  if (begin_ == text_.size()) return "the end of the text";
  const std::string_view from = text_.substr(begin_);
  if (from.starts_with('"')) return "a string";
  std::size_t length = 0;
  while (length < from.size() && (is_letter(from[length]) || is_digit(from[length]))) ++length;
  if (length > 0) return "'" + excerpt(from.substr(0, length), kShownBytes) + "'";
  if (from.starts_with("//") || from.starts_with("/*")) {
    return "'" + std::string(from.substr(0, 2)) + "' (a comment is a member whose name begins with '#')";
  }
  if (from.starts_with('\'')) return "a single quote (strings take double quotes)";
  const CodePoint character = decode_utf8(from);
  if (character.bytes == 0) return "bytes that are not UTF-8";
  return "'" + excerpt(from.substr(0, character.bytes)) + "'";
}

}  // namespace pscheduler::json
