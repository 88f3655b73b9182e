#include "histogram.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"

namespace pscheduler::plugins {
namespace {

// The value below which `percent` of all lie: between two buckets it is interpolated.
double percentile(const std::vector<Bucket>& buckets, std::int64_t total, double percent) {
  const double rank = percent / 100.0 * (static_cast<double>(total) + 1.0);
  const double whole = std::floor(rank);
  const double part = rank - whole;
  double reached = 0;
  for (auto bucket = buckets.begin(); bucket != buckets.end(); ++bucket) {
    reached += static_cast<double>(bucket->count);
    if (reached < whole) continue;
    const auto next = bucket + 1;
    const bool inside = whole == 0 || whole >= static_cast<double>(total) || whole + part < reached;
    if (inside || next == buckets.end()) return bucket->value;
    return bucket->value + part * (next->value - bucket->value);
  }
  return buckets.back().value;
}

}  // namespace

std::vector<Bucket> read_histogram(const Json& result, std::string_view member, double scale) {
  std::vector<Bucket> buckets;
  const Json* const histogram = json::find_object(result, member);
  if (histogram == nullptr) return buckets;
  for (const auto& [key, value] : histogram->items()) {
    double number = 0;
    const auto [at, error] = std::from_chars(key.data(), key.data() + key.size(), number);
    const auto count = json::as_integer(value).value_or(0);
    if (error != std::errc{} || at != key.data() + key.size() || !std::isfinite(number) || count <= 0)
      continue;
    buckets.push_back({number * scale, count});
  }
  std::ranges::sort(buckets, {}, &Bucket::value);
  return buckets;
}

std::optional<HistogramStatistics> statistics_of(const std::vector<Bucket>& buckets) {
  if (buckets.empty()) return std::nullopt;
  HistogramStatistics statistics;
  statistics.minimum = buckets.front().value;
  statistics.maximum = buckets.back().value;
  std::int64_t total = 0;
  std::int64_t highest = 0;
  for (const auto& [value, count] : buckets) {
    total += count;
    highest = std::max(highest, count);
    statistics.mean += value * static_cast<double>(count);
  }
  statistics.mean /= static_cast<double>(total);
  for (const auto& [value, count] : buckets) {
    const double off = value - statistics.mean;
    statistics.variance += off * off * static_cast<double>(count);
    if (count == highest) statistics.modes.push_back(value);
  }
  statistics.variance /= static_cast<double>(total);
  statistics.p25 = percentile(buckets, total, 25);
  statistics.median = percentile(buckets, total, 50);
  statistics.p75 = percentile(buckets, total, 75);
  statistics.p95 = percentile(buckets, total, 95);
  return statistics;
}

}  // namespace pscheduler::plugins
