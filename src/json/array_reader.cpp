#include "pscheduler/json/array_reader.hpp"

#include <nlohmann/json.hpp>

namespace pscheduler::json {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

Result<void> ArrayReader::feed(std::string_view text) {
  while (!text.empty()) {
    if (place_ == Place::in_element) {
      const auto used = feed_element(text);
      if (!used) return fail(used.error());
      text.remove_prefix(*used);
    } else {
      PSCHEDULER_TRY(feed_outside(text.front()));
      if (place_ != Place::in_element) text.remove_prefix(1);
    }
  }
  return {};
}

// What is not the array's own bracket is left to be the element's.
Result<void> ArrayReader::feed_outside(char c) {
  if (is_space(c)) return {};
  switch (place_) {
    case Place::before_array:
      if (c != '[') return fail(Errc::invalid_argument, "it is no list");
      place_ = Place::before_first;
      return {};
    case Place::before_first:
      place_ = c == ']' ? Place::after_array : Place::in_element;
      return {};
    case Place::in_element:
      return {};
    case Place::after_array:
      break;
  }
  return fail(Errc::invalid_argument, "there is something behind the list");
}

// Only finds its end; whether it is JSON is for read() to say.
Result<std::size_t> ArrayReader::feed_element(std::string_view text) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string_) {
      in_string_ = escaped_ || c != '"';
      escaped_ = !escaped_ && c == '\\';
      continue;
    }
    if (c == '"') in_string_ = true;
    if (c == '[' || c == '{') ++depth_;
    if (depth_ == 0 && (c == ',' || c == ']' || c == '}')) break;
    if (c == ']' || c == '}') --depth_;
  }
  element_.append(text.substr(0, at));
  if (element_.size() > options_.bytes_max) {
    return fail(Errc::too_large, "element " + std::to_string(number_) + " is larger than " +
                                     std::to_string(options_.bytes_max) + " bytes");
  }
  if (at == text.size()) return at;
  PSCHEDULER_TRY(finish_element());
  if (text[at] == '}') return fail(Errc::invalid_argument, "a '}' closes what is a list");
  if (text[at] == ']') place_ = Place::after_array;
  return at + 1;
}

Result<void> ArrayReader::finish_element() {
  auto value = read(element_, options_);
  if (!value) {
    return fail(value.error().code, "element " + std::to_string(number_) + ": " + value.error().message);
  }
  element_.clear();
  ++number_;
  return on_element_(std::move(*value));
}

Result<void> ArrayReader::end() const {
  if (place_ == Place::after_array) return {};
  return fail(Errc::invalid_argument, "it ends before the list does");
}

}  // namespace pscheduler::json
