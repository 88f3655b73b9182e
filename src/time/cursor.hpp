#pragma once
// Reads text from the front: what the time grammars need, no more.

#include <cstddef>
#include <optional>
#include <string_view>

namespace pscheduler {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Cursor {
 public:
  explicit constexpr Cursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] constexpr bool at_end() const { return rest_.empty(); }
  [[nodiscard]] constexpr std::string_view rest() const { return rest_; }
  [[nodiscard]] constexpr char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  constexpr bool accept(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  constexpr bool accept_any(std::string_view wanted) {
    return !rest_.empty() && wanted.find(rest_.front()) != std::string_view::npos && accept(rest_.front());
  }

  // The digits at the front, possibly none.
  constexpr std::string_view take_digits() {
    std::size_t count = 0;
    while (count < rest_.size() && is_digit(rest_[count])) ++count;
    const auto digits = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return digits;
  }

  [[nodiscard]] constexpr std::size_t digits_ahead() const { return Cursor(*this).take_digits().size(); }

  // Exactly `count` digits (at most 9) as a number; takes nothing when there are fewer.
  constexpr std::optional<int> take_number(std::size_t count) {
    if (digits_ahead() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value * 10 + (rest_[i] - '0');
    rest_.remove_prefix(count);
    return value;
  }

 private:
  std::string_view rest_;
};

// The part of `unit` that the decimals after the point say: fraction_of("25", 1'000'000) is 250'000.
// Truncated; exact whenever the result is whole and the unit is divisible by 10^digits or a power of two
// less.
constexpr long long fraction_of(std::string_view decimals, long long unit) {
  long long part = 0;
  for (std::size_t i = decimals.size(); i > 0; --i) part = ((decimals[i - 1] - '0') * unit + part) / 10;
  return part;
}

}  // namespace pscheduler
