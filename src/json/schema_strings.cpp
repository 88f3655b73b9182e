// minLength, maxLength, pattern, format.

#include "formats.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/regex.hpp"
#include "schema_compiler.hpp"
#include "schema_keywords.hpp"
#include "utf8.hpp"

namespace pscheduler::json {
namespace {

std::string characters(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " character" : " characters");
}

Keyword max_length_keyword(const Json& schema, SchemaCompiler& compiler) {
  const auto most = compiler.count(schema, "maxLength");
  if (!most) return {};
  return [most = *most](const Json& value, Checker& checker) {
    if (!value.is_string() || value.get_ref<const std::string&>().size() <= most) return true;
    const std::size_t length = count_characters(value.get_ref<const std::string&>());
    if (length <= most) return true;
    return checker.fail("maxLength", [&] {
      return checker.shown(value) + " has " + characters(length) + ", at most " + std::to_string(most) +
             " are allowed";
    });
  };
}

Keyword min_length_keyword(const Json& schema, SchemaCompiler& compiler) {
  const auto least = compiler.count(schema, "minLength");
  if (!least) return {};
  return [least = *least](const Json& value, Checker& checker) {
    if (!value.is_string()) return true;
    const std::size_t length = count_characters(value.get_ref<const std::string&>());
    if (length >= least) return true;
    return checker.fail("minLength", [&] {
      return length == 0 ? std::string("must not be empty")
                         : checker.shown(value) + " has " + characters(length) + ", at least " +
                               std::to_string(least) + " are needed";
    });
  };
}

Keyword pattern_keyword(const Json& schema, SchemaCompiler& compiler) {
  const std::string* const pattern = compiler.string(schema, "pattern");
  if (pattern == nullptr) return {};
  auto regex = Regex::compile(*pattern);
  if (!regex) {
    compiler.refuse("pattern", regex.error().message);
    return {};
  }
  return [regex = *regex](const Json& value, Checker& checker) {
    if (!value.is_string()) return true;
    switch (regex.match(value.get_ref<const std::string&>())) {
      case Regex::Match::yes:
        return true;
      case Regex::Match::limit:
        return checker.give_up(checker.shown(value) + " is too long or too intricate to be compared with '" +
                               excerpt(regex.pattern()) + "'");
      case Regex::Match::no:
        break;
    }
    return checker.fail("pattern", [&] {
      return checker.shown(value) + " does not match '" + excerpt(regex.pattern()) + "'";
    });
  };
}

Keyword format_keyword(const Json& schema, SchemaCompiler& compiler) {
  const std::string* const name = compiler.string(schema, "format");
  const FormatCheck format = name == nullptr ? nullptr : find_format(*name);
  if (format == nullptr) return {};
  return [format, name = *name](const Json& value, Checker& checker) {
    if (!value.is_string() || format(value.get_ref<const std::string&>())) return true;
    return checker.fail("format",
                        [&] { return checker.shown(value) + " is not of the form '" + name + "'"; });
  };
}

}  // namespace

std::vector<KeywordFactory> string_keywords() {
  return {max_length_keyword, min_length_keyword, format_keyword, pattern_keyword};
}

}  // namespace pscheduler::json
