#include "adapters/jq/tokens.hpp"

#include <string>

namespace pscheduler::adapters::jq {
namespace {

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool is_name(char c) {
  return is_name_start(c) || is_digit(c);
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view program) : program_(program) {}

  std::vector<Token> run() {
    while (at_ < program_.size()) tokens_.push_back(next());
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < program_.size() ? program_[at_ + ahead] : '\0';
  }

  template <class Predicate>
  void skip_while(Predicate predicate) {
    while (at_ < program_.size() && predicate(program_[at_])) ++at_;
  }

  Token next() {
    const std::size_t start = at_;
    const TokenKind kind = skip_one();
    return {kind, program_.substr(start, at_ - start)};
  }

  TokenKind skip_one() {
    const char first = peek();
    if (is_blank(first)) {
      skip_while(is_blank);
      return TokenKind::blank;
    }
    if (first == '#') return skip_comment();
    if (first == '"') return skip_text();
    if (is_name_start(first)) return skip_name();
    if (is_digit(first) || (first == '.' && is_digit(peek(1)))) return skip_number();
    if (first == '.' && is_name_start(peek(1))) {
      ++at_;
      skip_while(is_name);
      return TokenKind::field;
    }
    return skip_symbol(first);
  }

  TokenKind skip_comment() {
    bool escaped = false;
    for (; at_ < program_.size(); ++at_) {
      const char c = program_[at_];
      if (c == '\n' && !escaped) break;
      if (c == '\r' && peek(1) == '\n') continue;
      escaped = c == '\\' && !escaped;
    }
    return TokenKind::comment;
  }

  TokenKind skip_name() {
    skip_while(is_name);
    while (peek() == ':' && peek(1) == ':' && is_name_start(peek(2))) {
      at_ += 2;
      skip_while(is_name);
    }
    return TokenKind::name;
  }

  TokenKind skip_number() {
    skip_while(is_digit);
    if (peek() == '.') {
      ++at_;
      skip_while(is_digit);
    }
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
    if ((peek() == 'e' || peek() == 'E') && is_digit(peek(sign))) {
      at_ += sign;
      skip_while(is_digit);
    }
    return TokenKind::number;
  }

  // From a quote, or from the bracket that ends an insertion, to the end of the string or the next insertion.
  TokenKind skip_text() {
    for (++at_; at_ < program_.size(); ++at_) {
      if (peek() == '"') {
        ++at_;
        break;
      }
      if (peek() != '\\') continue;
      ++at_;
      if (peek() == '(') {
        ++at_;
        brackets_.push_back('"');
        break;
      }
    }
    if (at_ > program_.size()) at_ = program_.size();
    return TokenKind::text;
  }

  TokenKind skip_symbol(char first) {
    if (first == '(' || first == '[' || first == '{') brackets_.push_back(first);
    if ((first == ')' || first == ']' || first == '}') && !brackets_.empty()) {
      const char opened_by = brackets_.back();
      brackets_.pop_back();
      if (opened_by == '"' && first == ')') return skip_text();
    }
    const auto rest = program_.substr(at_);
    at_ += rest.starts_with("?//") ? 3 : rest.starts_with("..") ? 2 : 1;
    return TokenKind::symbol;
  }

  std::string_view program_;
  std::size_t at_ = 0;
  std::string brackets_;  // those open, '"' for an insertion
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view program) {
  return Tokenizer(program).run();
}

}  // namespace pscheduler::adapters::jq
