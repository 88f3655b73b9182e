#pragma once
// Statistics of a histogram as pScheduler computes them (spec tests.md 3.10).

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {

struct Bucket {
  double value = 0;
  std::int64_t count = 0;
};

// The buckets of a result's member {"1.25": 3, …} by value, each key multiplied by `scale`. Empty buckets and
// keys that are no number are left out; so is everything when there is no such member.
std::vector<Bucket> read_histogram(const Json& result, std::string_view member, double scale);

struct HistogramStatistics {
  double minimum = 0;
  double maximum = 0;
  double mean = 0;
  double variance = 0;  // of the population
  double median = 0;
  double p25 = 0;
  double p75 = 0;
  double p95 = 0;
  std::vector<double> modes;  // every value with the highest count
};

// Buckets in order of their values; nothing when there are none.
std::optional<HistogramStatistics> statistics_of(const std::vector<Bucket>& buckets);

}  // namespace pscheduler::plugins
