#pragma once
// The words and numbers of a line that a program has printed.

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "pscheduler/base/text.hpp"

namespace pscheduler::plugins {

// What stands between blanks, any number of them.
inline std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (const auto word : split(line, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

// The number that the whole word is; neither infinite nor "nan".
template <class Number>
std::optional<Number> number_in(std::string_view word) {
  Number value{};
  const auto [at, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || at != word.data() + word.size()) return std::nullopt;
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(value)) return std::nullopt;
  }
  return value;
}

}  // namespace pscheduler::plugins
