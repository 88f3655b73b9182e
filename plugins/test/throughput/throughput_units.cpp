#include "throughput_units.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

namespace pscheduler::plugins {
namespace {

struct Scaled {
  double value;
  std::string_view prefix;
};

Scaled scale(double value) {
  static constexpr std::array<std::string_view, 6> kPrefixes{"", "K", "M", "G", "T", "P"};
  std::size_t at = 0;
  while (at + 1 < kPrefixes.size() && std::fabs(value) >= 1000.0) {
    value /= 1000.0;
    ++at;
  }
  return {value, kPrefixes[at]};
}

}  // namespace

std::string rate_text(double bits_per_second) {
  const auto [value, prefix] = scale(bits_per_second);
  return fmt::format("{:.2f} {}bps", value, prefix);
}

std::string bytes_text(double bytes) {
  const auto [value, prefix] = scale(bytes);
  return prefix.empty() ? fmt::format("{:.0f} Bytes", value) : fmt::format("{:.2f} {}Bytes", value, prefix);
}

}  // namespace pscheduler::plugins
