#include "limits/python_text.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/addr/percent.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::limits {
namespace {

std::string quoted(const std::string& text) {
  const bool has_single = text.find('\'') != std::string::npos;
  const char quote = has_single && text.find('"') == std::string::npos ? '"' : '\'';
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (c == '\r') {
      result += "\\r";
    } else {
      result += c;
    }
  }
  return result + quote;
}

// Recursion ends with the reader's bound on depth.
std::string repr(const Json& value) {
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_string()) return quoted(value.get_ref<const std::string&>());
  std::vector<std::string> parts;
  if (value.is_array()) {
    for (const auto& item : value) parts.push_back(repr(item));
    return "[" + join(parts, ", ") + "]";
  }
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) parts.push_back(quoted(name) + ": " + repr(member));
    return "{" + join(parts, ", ") + "}";
  }
  return json::to_compact(value);
}

}  // namespace

std::string python_str(const Json& value) {
  return value.is_string() ? value.get<std::string>() : repr(value);
}

std::string quote_plus(const std::string& text) {
  std::vector<std::string> words;
  for (const auto word : split(text, ' ')) words.push_back(percent_encode(word));
  return join(words, "+");
}

}  // namespace pscheduler::limits
