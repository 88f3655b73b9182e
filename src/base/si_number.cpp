#include "pscheduler/base/si_number.hpp"

#include <charconv>
#include <cmath>

#include "pscheduler/base/text.hpp"

namespace pscheduler {
namespace {

constexpr std::string_view kUnits = "KMGTPEZY";

bool is_decimal(std::string_view text) {
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  return digits(whole) && (point == std::string_view::npos || digits(text.substr(point + 1)));
}

}  // namespace

std::optional<std::int64_t> parse_si(std::string_view text) {
  std::int64_t whole = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, whole);
  if (error == std::errc{} && at == end) return whole;

  const bool is_binary = text.ends_with('i') || text.ends_with('I');
  if (is_binary) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  const char unit = text.back() >= 'a' ? static_cast<char>(text.back() - 'a' + 'A') : text.back();
  const auto power = kUnits.find(unit);
  if (power == std::string_view::npos) {
    if (is_binary || !is_decimal(text)) return std::nullopt;
  } else {
    text = trim_end(text.substr(0, text.size() - 1));
  }
  if (!is_decimal(text)) return std::nullopt;
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  if (power != std::string_view::npos)
    number *= std::pow(is_binary ? 1024.0 : 1000.0, static_cast<double>(power + 1));
  constexpr double kMax = 9.2e18;  // below 2^63
  // A hair above the product: 1.1M is 1100000 although 1.1 has no exact form.
  number = std::floor(number * (1 + 1e-15));
  return number < kMax ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
}

}  // namespace pscheduler
