#include "services/plugins/preparation.hpp"

#include <algorithm>
#include <cmath>

namespace pscheduler::services {

void Preparation::observe(const std::string& tool, Duration elapsed) {
  const auto sample = static_cast<double>(elapsed.count());
  const auto [found, is_new] = tools_.try_emplace(tool, Smoothed{sample, sample / 2});
  if (is_new) return;
  Smoothed& smoothed = found->second;
  smoothed.deviation_us += (std::abs(sample - smoothed.mean_us) - smoothed.deviation_us) / 4;
  smoothed.mean_us += (sample - smoothed.mean_us) / 8;
}

std::optional<Duration> Preparation::estimate(const std::string& tool) const {
  const auto found = tools_.find(tool);
  if (found == tools_.end()) return std::nullopt;
  const double estimate_us = found->second.mean_us + 4 * found->second.deviation_us;
  return bounded_preparation(Duration(std::llround(estimate_us)));
}

Duration bounded_preparation(Duration estimate) {
  return std::clamp(estimate, kPreparationMin, kPreparationMax);
}

}  // namespace pscheduler::services
