#define PCRE2_CODE_UNIT_WIDTH 8
#include "pscheduler/json/regex.hpp"

#include <pcre2.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "pscheduler/base/text.hpp"

namespace pscheduler::json {
namespace {

// Backtracking steps for one subject: some ten milliseconds. PCRE2 counts anew from each starting character.
constexpr std::size_t kStepsMax = 1'000'000;
constexpr std::size_t kStepsPerStartMin = 1'000;
constexpr std::uint32_t kHeapKibMax = 16 * 1024;
constexpr std::size_t kPatternBytesMax = 16 * 1024;

constexpr std::uint32_t options_of(Regex::Dialect dialect) {
  constexpr std::uint32_t kCommon = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;
  switch (dialect) {
    case Regex::Dialect::schema:
      return kCommon | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX;
    case Regex::Dialect::python:
      return kCommon | PCRE2_UCP;
    case Regex::Dialect::text:
      return PCRE2_UTF | PCRE2_LITERAL;
    case Regex::Dialect::whole:
      break;
  }
  return PCRE2_UTF | PCRE2_LITERAL | PCRE2_ANCHORED | PCRE2_ENDANCHORED;
}

// The letters that Python lets follow a backslash, but for those that are told otherwise to PCRE2.
constexpr std::string_view kPythonEscapes = "AbBdDsSwWafnrtvx";

// Python's spelling of escapes in that of PCRE2.
Result<std::string> from_python(std::string_view pattern) {
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '\\' || i + 1 == pattern.size()) {
      text += pattern[i];
      continue;
    }
    const char escaped = pattern[++i];
    const std::size_t digits = escaped == 'u' ? 4 : 8;
    const bool is_letter = (escaped >= 'a' && escaped <= 'z') || (escaped >= 'A' && escaped <= 'Z');
    if (escaped == 'Z') {
      text += "\\z";
    } else if (escaped == 'v') {
      text += "\\x0b";  // in PCRE2 \v is any vertical space
    } else if ((escaped == 'u' || escaped == 'U') && i + digits < pattern.size()) {
      text += "\\x{" + std::string(pattern.substr(i + 1, digits)) + "}";
      i += digits;
    } else if (is_letter && kPythonEscapes.find(escaped) == std::string_view::npos) {
      return fail(Errc::invalid_argument, "'" + excerpt(pattern) + "' is no regular expression: \\" +
                                              escaped + " at character " + std::to_string(i) +
                                              " means nothing");
    } else {
      text += {'\\', escaped};
    }
  }
  return text;
}

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using CodePtr = std::unique_ptr<pcre2_code, Freed<pcre2_code_free>>;
using MatchDataPtr = std::unique_ptr<pcre2_match_data, Freed<pcre2_match_data_free>>;
using MatchContextPtr = std::unique_ptr<pcre2_match_context, Freed<pcre2_match_context_free>>;

}  // namespace

struct Regex::Code {
  CodePtr code;
  bool anchored = false;
};

Regex::Regex(std::string pattern, std::shared_ptr<const Code> code)
    : pattern_(std::move(pattern)), code_(std::move(code)) {}

Result<Regex> Regex::compile(std::string_view pattern, Case letters, Dialect dialect) {
  if (pattern.size() > kPatternBytesMax) {
    return fail(Errc::invalid_argument, "the regular expression has " + std::to_string(pattern.size()) +
                                            " bytes, more than the " + std::to_string(kPatternBytesMax) +
                                            " allowed");
  }
  int error = 0;
  PCRE2_SIZE offset = 0;
  const std::uint32_t options = options_of(dialect) | (letters == Case::insensitive ? PCRE2_CASELESS : 0U);
  auto text = dialect == Dialect::python ? from_python(pattern) : Result<std::string>(pattern);
  if (!text) return fail(std::move(text.error()));
  CodePtr code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text->data()), text->size(), options, &error,
                             &offset, nullptr));
  if (!code) {
    std::array<PCRE2_UCHAR, 256> reason{};
    pcre2_get_error_message(error, reason.data(), reason.size());
    return fail(Errc::invalid_argument, "'" + excerpt(pattern) + "' is no regular expression: " +
                                            reinterpret_cast<const char*>(reason.data()) + " at character " +
                                            std::to_string(offset + 1));
  }
  std::uint32_t all_options = 0;
  pcre2_pattern_info(code.get(), PCRE2_INFO_ALLOPTIONS, &all_options);
  auto shared = std::make_shared<Code>();
  shared->anchored = (all_options & PCRE2_ANCHORED) != 0;
  shared->code = std::move(code);
  return Regex(std::string(pattern), std::move(shared));
}

Regex::Match Regex::match(std::string_view subject, std::size_t from) const {
  if (subject.size() > (code_->anchored ? kAnchoredBytesMax : kUnanchoredBytesMax)) return Match::limit;
  const std::size_t starts = code_->anchored ? 1 : subject.size() + 1;
  const std::size_t steps = std::max(kStepsMax / starts, kStepsPerStartMin);
  const MatchContextPtr context(pcre2_match_context_create(nullptr));
  const MatchDataPtr data(pcre2_match_data_create(1, nullptr));
  if (!context || !data) return Match::limit;
  pcre2_set_match_limit(context.get(), static_cast<std::uint32_t>(steps));
  pcre2_set_heap_limit(context.get(), kHeapKibMax);
  const int answer = pcre2_match(code_->code.get(), reinterpret_cast<PCRE2_SPTR>(subject.data()),
                                 subject.size(), from, 0, data.get(), context.get());
  if (answer >= 0) return Match::yes;
  const bool not_utf8 = answer <= PCRE2_ERROR_UTF8_ERR1 && answer >= PCRE2_ERROR_UTF8_ERR21;
  return answer == PCRE2_ERROR_NOMATCH || not_utf8 ? Match::no : Match::limit;
}

}  // namespace pscheduler::json
