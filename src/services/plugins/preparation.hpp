#pragma once
// How long a tool's process takes until it can begin, learned from processes that start the same way: of a
// foreign tool its other methods, whose time is nearly all start-up; of a native one the common process.

#include <map>
#include <optional>
#include <string>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::services {

inline constexpr Duration kPreparationMin = std::chrono::milliseconds(20);  // shepherd and exec, under load
inline constexpr Duration kPreparationMax = std::chrono::seconds(3);        // the start margin of 5.2
inline constexpr Duration kPreparationOfNative = std::chrono::milliseconds(100);  // before the first start
inline constexpr Duration kPreparationOfForeign = std::chrono::seconds(1);        // before the first call

class Preparation {
 public:
  void observe(const std::string& tool, Duration elapsed);

  // Mean plus four mean deviations, both exponentially smoothed, as RFC 6298 estimates a round trip; within
  // the bounds above. Absent before the first observation.
  [[nodiscard]] std::optional<Duration> estimate(const std::string& tool) const;

 private:
  struct Smoothed {
    double mean_us = 0;
    double deviation_us = 0;
  };
  std::map<std::string, Smoothed> tools_;
};

// Within the bounds above.
Duration bounded_preparation(Duration estimate);

}  // namespace pscheduler::services
