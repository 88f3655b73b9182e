#include "adapters/system/clock_keepers.hpp"

#include <charconv>

#include "pscheduler/base/text.hpp"

namespace pscheduler::adapters {
namespace {

// Fields of `chronyc -c tracking`, counted from 0.
constexpr std::size_t kReferenceId = 0;
constexpr std::size_t kReferenceName = 1;
constexpr std::size_t kLastOffset = 5;
constexpr std::size_t kTrackingFields = 14;

std::optional<double> to_number(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The value of one variable; quotes removed.
std::optional<std::string_view> variable(std::string_view text, std::string_view name) {
  for (const auto line : split(text, '\n')) {
    for (const auto pair : split(line, ',')) {
      const auto trimmed = trim(pair);
      const auto equals = trimmed.find('=');
      if (equals == std::string_view::npos || trimmed.substr(0, equals) != name) continue;
      auto value = trimmed.substr(equals + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<ClockReport> parse_chrony_tracking(std::string_view text) {
  const auto fields = split(trim(text), ',');
  if (fields.size() < kTrackingFields) {
    return fail(Errc::plugin_failed, "chronyc printed \"" + excerpt(text) + "\", not its 14 tracking fields");
  }
  const auto offset = to_number(fields[kLastOffset]);
  if (!offset) {
    return fail(Errc::plugin_failed,
                "chronyc printed the offset \"" + excerpt(fields[kLastOffset]) + "\", not a number");
  }
  const auto name = fields[kReferenceName].empty() ? fields[kReferenceId] : fields[kReferenceName];
  return ClockReport{std::string(name), offset};
}

Result<ClockReport> parse_ntp_variables(std::string_view text) {
  const auto reference = variable(text, "refid");
  if (!reference) {
    return fail(Errc::plugin_failed, "ntpq printed \"" + excerpt(text) + "\", which names no refid");
  }
  ClockReport report{std::string(*reference), std::nullopt};
  const auto milliseconds = to_number(variable(text, "offset").value_or(""));
  if (milliseconds) report.offset_seconds = *milliseconds / 1'000;
  return report;
}

}  // namespace pscheduler::adapters
