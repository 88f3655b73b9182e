#include "pscheduler/json/pointer.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"

namespace pscheduler::json {
namespace {

std::optional<std::string> unescape(std::string_view step) {
  std::string name;
  for (std::size_t at = 0; at < step.size(); ++at) {
    if (step[at] != '~') {
      name += step[at];
      continue;
    }
    if (++at == step.size() || (step[at] != '0' && step[at] != '1')) return std::nullopt;
    name += step[at] == '0' ? '~' : '/';
  }
  return name;
}

const Json* item(const Json& array, std::string_view step) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  const bool leading_zero = step.size() > 1 && step.front() == '0';
  if (error != std::errc{} || end != step.data() + step.size() || leading_zero) return nullptr;
  return index < array.size() ? &array[index] : nullptr;
}

}  // namespace

void append_step(std::string& pointer, std::string_view name) {
  pointer += '/';
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

void append_step(std::string& pointer, std::size_t index) {
  pointer += "/" + std::to_string(index);
}

std::optional<std::vector<std::string>> split_pointer(std::string_view pointer) {
  std::vector<std::string> steps;
  if (pointer.empty()) return steps;
  if (pointer.front() != '/') return std::nullopt;
  for (const auto step : split(pointer.substr(1), '/')) {
    auto name = unescape(step);
    if (!name) return std::nullopt;
    steps.push_back(std::move(*name));
  }
  return steps;
}

const Json* resolve_pointer(const Json& document, std::string_view pointer) {
  const auto steps = split_pointer(pointer);
  if (!steps) return nullptr;
  const Json* value = &document;
  for (const auto& step : *steps) {
    if (value->is_object()) {
      const auto member = value->find(step);
      value = member == value->end() ? nullptr : &*member;
    } else {
      value = value->is_array() ? item(*value, step) : nullptr;
    }
    if (value == nullptr) return nullptr;
  }
  return value;
}

}  // namespace pscheduler::json
