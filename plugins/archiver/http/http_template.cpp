#include "http_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "pscheduler/addr/percent.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/pointer.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::plugins {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_known(std::string_view place) {
  if (place == "run" || place == "task") return true;
  return place.starts_with('/') && json::split_pointer(place).has_value();
}

Result<std::string> value_of(const Json& record, const std::string& place) {
  const auto nothing = [&] {
    return fail(Errc::invalid_argument,
                fmt::format("{{{}}} names no text, number or Boolean in what is to be archived.", place));
  };
  if (!place.starts_with('/')) {
    const auto href = json::find_string(record, place + "-href");
    if (!href) return nothing();
    return href->substr(href->rfind('/') + 1);
  }
  const Json* const result = json::find(record, "result");
  const Json* const value = result == nullptr ? nullptr : json::resolve_pointer(*result, place);
  if (value == nullptr || value->is_null() || value->is_structured()) return nothing();
  return value->is_string() ? value->get<std::string>() : json::to_compact(*value);
}

}  // namespace

Result<HttpTemplate> HttpTemplate::parse(std::string_view text) {
  HttpTemplate found;
  std::string plain;
  while (!text.empty()) {
    const char first = text.front();
    if (first != '{' && first != '}') {
      const auto length = std::min(text.find_first_of("{}"), text.size());
      plain += text.substr(0, length);
      text.remove_prefix(length);
    } else if (text.size() > 1 && text[1] == first) {
      plain += first;
      text.remove_prefix(2);
    } else {
      const auto end = text.find('}');
      if (first == '}' || end == std::string_view::npos)
        return fail(Errc::invalid_argument,
                    "has a brace without its other one; a brace itself is written twice");
      const auto place = text.substr(1, end - 1);
      if (!is_known(place)) {
        return fail(
            Errc::invalid_argument,
            "has braces around something else than run, task or a JSON pointer such as /test/type; a brace "
            "itself is written twice");
      }
      found.parts_.push_back({std::exchange(plain, {}), false});
      found.parts_.push_back({std::string(place), true});
      text.remove_prefix(end + 1);
    }
  }
  found.parts_.push_back({std::move(plain), false});
  return found;
}

Result<std::string> HttpTemplate::fill(const Json& record, For purpose) const {
  std::string filled;
  for (const auto& part : parts_) {
    if (!part.is_place) {
      filled += part.text;
      continue;
    }
    const auto value = value_of(record, part.text);
    if (!value) return fail(value.error());
    // A server would take "." and ".." for steps in its path, and an empty segment for none.
    const bool misleads = purpose == For::url && value->find_first_not_of('.') == std::string::npos;
    if (misleads || std::ranges::any_of(*value, &is_control)) {
      return fail(
          Errc::invalid_argument,
          fmt::format("{{{}}} names a text that cannot stand there: it is empty, has dots alone or control "
                      "characters.",
                      part.text));
    }
    filled += purpose == For::url ? percent_encode(*value) : *value;
  }
  return filled;
}

std::string HttpTemplate::sample() const {
  std::string filled;
  for (const auto& part : parts_) filled += part.is_place ? "x" : part.text;
  return filled;
}

}  // namespace pscheduler::plugins
