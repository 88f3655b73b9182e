#include "adapters/jq/dialect.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "adapters/jq/tokens.hpp"

namespace pscheduler::adapters::jq {
namespace {

constexpr std::array<std::string_view, 17> kKeywords = {
    "and",    "as",      "catch", "def",    "elif", "else",   "end",  "foreach", "if",
    "import", "include", "label", "module", "or",   "reduce", "then", "try"};

bool is_keyword(std::string_view name) {
  return std::find(kKeywords.begin(), kKeywords.end(), name) != kKeywords.end();
}

struct Bracket {
  std::string_view opened_by;
  bool is_pattern;  // a destructuring pattern, as in: . as {a: $x}
};

class Mender {
 public:
  Mender(std::string_view program_text, const std::vector<Token>& tokens)
      : program_text_(program_text), tokens_(tokens) {}

  void run(std::size_t first) {
    for (at_ = first; at_ < tokens_.size(); ++at_) {
      const Token& token = tokens_[at_];
      if (!token.is_significant()) {
        append_insignificant(token);
        continue;
      }
      program_.empty_body = false;
      append(token);
      before_last_ = last_;
      last_ = &tokens_[at_];
    }
  }

  MendedProgram program_;

 private:
  // Comments are dropped, as an older parser sees their end elsewhere; their line ends are kept.
  void append_insignificant(const Token& token) {
    if (token.kind == TokenKind::blank) {
      program_.body += token.spelling;
    } else {
      const auto lines = std::count(token.spelling.begin(), token.spelling.end(), '\n');
      program_.body.append(static_cast<std::size_t>(lines), '\n');
    }
  }

  void append(const Token& token) {
    if (token.kind == TokenKind::name) return append_name(token);
    if (token.kind == TokenKind::text) follow_insertions(token);
    if (token.kind == TokenKind::symbol) {
      if (token.is(".") && last_ends_a_term() && next_is("[")) return;
      if (token.is("$") && (append_location() || append_variable_key())) return;
      follow_brackets(token);
    }
    program_.body += token.spelling;
  }

  void append_name(const Token& token) {
    const bool is_variable = last_ != nullptr && last_->is("$");
    program_.names.insert(is_variable ? "$" + std::string(token.spelling) : std::string(token.spelling));
    if (!is_variable && !is_key()) {
      if (token.is("if")) {
        ifs_have_else_.push_back(false);
        program_.body += '(';
      }
      if (token.is("else") && !ifs_have_else_.empty()) ifs_have_else_.back() = true;
      if (token.is("end") && !ifs_have_else_.empty()) {
        program_.body += ifs_have_else_.back() ? "end)" : "else . end)";
        ifs_have_else_.pop_back();
        return;
      }
    }
    program_.body += token.spelling;
  }

  // $__loc__ as the place in the program as it was given; true when it has been written.
  bool append_location() {
    if (!next_is("__loc__")) return false;
    const auto before = program_text_.substr(
        0, static_cast<std::size_t>(tokens_[at_].spelling.data() - program_text_.data()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    at_ = significant_after(at_);
    if (stands_for_key() && !brackets_.back().is_pattern) program_.body += "\"__loc__\": ";
    program_.body += R"({"file": "<top-level>", "line": )" + std::to_string(line) + "}";
    return true;
  }

  // {$key: value}; true when all up to the name has been written.
  bool append_variable_key() {
    const std::size_t name = significant_after(at_);
    const std::size_t colon = significant_after(name);
    const bool is_pair = name < tokens_.size() && tokens_[name].kind == TokenKind::name &&
                         colon < tokens_.size() && tokens_[colon].is(":");
    if (!is_pair || !stands_for_key() || brackets_.back().is_pattern) return false;
    program_.names.insert("$" + std::string(tokens_[name].spelling));
    program_.body += "($" + std::string(tokens_[name].spelling) + ")";
    at_ = name;
    return true;
  }

  void follow_brackets(const Token& token) {
    if (token.is("(") || token.is("[") || token.is("{")) {
      const bool after_as = last_ != nullptr && (last_->is("as") || last_->is("?//"));
      const bool inside = !token.is("(") && !brackets_.empty() && brackets_.back().is_pattern;
      brackets_.push_back({token.spelling, after_as || inside});
    }
    if ((token.is(")") || token.is("]") || token.is("}")) && !brackets_.empty()) brackets_.pop_back();
  }

  void follow_insertions(const Token& token) {
    if (token.closes_insertion() && !brackets_.empty()) brackets_.pop_back();
    if (token.opens_insertion()) brackets_.push_back({"(", false});
  }

  // Whether the token is in the place of a member's name.
  [[nodiscard]] bool stands_for_key() const {
    return !brackets_.empty() && brackets_.back().opened_by == "{" && last_ != nullptr &&
           (last_->is("{") || last_->is(","));
  }
  [[nodiscard]] bool is_key() const { return stands_for_key() && next_is(":"); }

  [[nodiscard]] bool last_ends_a_term() const {
    if (last_ == nullptr) return false;
    switch (last_->kind) {
      case TokenKind::field:
      case TokenKind::number:
        return true;
      case TokenKind::text:
        return !last_->opens_insertion();
      case TokenKind::name:
        return last_->is("end") || (before_last_ != nullptr && before_last_->is("$")) ||
               !is_keyword(last_->spelling);
      case TokenKind::symbol:
        return last_->is(")") || last_->is("]") || last_->is("}") || last_->is("?") || last_->is("..");
      case TokenKind::blank:
      case TokenKind::comment:
        return false;
    }
    return false;
  }

  [[nodiscard]] std::size_t significant_after(std::size_t at) const {
    for (++at; at < tokens_.size() && !tokens_[at].is_significant();) ++at;
    return at;
  }
  [[nodiscard]] bool next_is(std::string_view wanted) const {
    const std::size_t next = significant_after(at_);
    return next < tokens_.size() && tokens_[next].is(wanted);
  }

  std::string_view program_text_;
  const std::vector<Token>& tokens_;
  std::size_t at_ = 0;
  const Token* last_ = nullptr;  // significant ones
  const Token* before_last_ = nullptr;
  std::vector<Bracket> brackets_;
  std::vector<bool> ifs_have_else_;
};

// The number of tokens of the import statements at the front.
Result<std::size_t> imports_end(const std::vector<Token>& tokens) {
  std::size_t end = 0;
  bool in_statement = false;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const Token& token = tokens[at];
    if (!token.is_significant()) continue;
    if (!in_statement && !(token.is("import") || token.is("include"))) break;
    if (in_statement && token.is("{")) {
      return fail(Errc::invalid_argument,
                  "The jq program imports a module with options of its own, which is not accepted; "
                  "modules are found by their name alone.");
    }
    in_statement = !token.is(";");
    if (!in_statement) end = at + 1;
  }
  return end;
}

}  // namespace

Result<MendedProgram> mend(std::string_view program) {
  const auto tokens = tokenize(program);
  const auto first = imports_end(tokens);
  if (!first) return fail(first.error());
  Mender mender(program, tokens);
  mender.run(*first);
  const auto imports_size = *first == 0 ? 0 : tokens[*first - 1].spelling.end() - program.begin();
  mender.program_.imports = program.substr(0, static_cast<std::size_t>(imports_size));
  return std::move(mender.program_);
}

bool is_variable_name(std::string_view name) {
  const auto tokens = tokenize(name);
  return tokens.size() == 1 && tokens.front().kind == TokenKind::name && !is_keyword(name) &&
         name != "__loc__" && name.find(':') == std::string_view::npos;
}

}  // namespace pscheduler::adapters::jq
