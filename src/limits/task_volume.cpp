#include "limits/task_volume.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "pscheduler/base/si_number.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::limits {
namespace {

constexpr Duration kThroughputDuration = std::chrono::seconds(10);  // where the test names none
constexpr double kBytesMax = 1e18;
constexpr double kBitsInByte = 8;

const Json& member_or_empty(const Json& object, const char* name) {
  static const Json empty = Json::object();
  const Json* member = json::find_object(object, name);
  return member == nullptr ? empty : *member;
}

std::optional<Duration> duration_in(const Json& spec, const char* name) {
  const auto text = json::find_string(spec, name);
  if (!text) return std::nullopt;
  const auto parsed = parse_duration(*text);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::optional<std::int64_t> bandwidth_in(const Json& spec) {
  const auto text = json::find_string(spec, "bandwidth");
  return text ? parse_si(*text) : json::find_integer(spec, "bandwidth");
}

Result<std::int64_t> bytes_of(const QuotaLimit& quota, const Json& test) {
  const Json& spec = member_or_empty(test, "spec");
  const bool fills_the_line = json::find_string(test, "type") == "throughput";
  auto bandwidth = bandwidth_in(spec);
  if (!bandwidth && fills_the_line) {
    if (!quota.assumed_bandwidth) {
      return fail(Errc::not_possible,
                  "How many bytes this task moves cannot be known; it has to name its bandwidth");
    }
    bandwidth = quota.assumed_bandwidth;
  }
  if (!bandwidth) return 0;
  const auto streams = std::max<std::int64_t>(json::find_integer(spec, "parallel").value_or(1), 1);
  const auto length = duration_in(spec, "duration").value_or(kThroughputDuration) +
                      duration_in(spec, "omit").value_or(Duration::zero());
  const double seconds = std::chrono::duration<double>(length).count();
  const double bytes = static_cast<double>(*bandwidth) / kBitsInByte * static_cast<double>(streams) * seconds;
  return static_cast<std::int64_t>(std::clamp(std::ceil(bytes), 0.0, kBytesMax));
}

}  // namespace

Result<Amount> amount_of(const QuotaLimit& quota, const Json& task, std::optional<Duration> slot) {
  const Json& test = member_or_empty(task, "test");
  Amount amount;
  amount.runs = 1;
  amount.time = slot ? *slot : duration_in(member_or_empty(test, "spec"), "duration").value_or(Duration());
  if (!quota.bytes) return amount;
  const auto bytes = bytes_of(quota, test);
  if (!bytes) return fail(bytes.error());
  amount.bytes = *bytes;
  return amount;
}

std::string bytes_text(std::int64_t bytes) {
  constexpr std::array kUnits = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
  constexpr double kStep = 1000;
  auto number = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (number >= kStep && unit + 1 < kUnits.size()) {
    number /= kStep;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g %s", number, kUnits[unit]);
  return text.data();
}

}  // namespace pscheduler::limits
