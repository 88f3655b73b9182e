#pragma once
// Reads what iperf3 --json prints, at either end (spec tools.md 3.14).

#include <nlohmann/json.hpp>
#include <string>

#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {

struct Iperf3Output {
  Json measured;  // intervals, summary and what else the test's result has of it; null without a measurement
  std::string error;      // why there is none: iperf3's own words
  bool is_empty = false;  // it printed nothing: a server to which nobody came
};
Iperf3Output parse_iperf3_output(const std::string& text);

// The text without what tells about the system it ran on.
std::string without_system_info(std::string text);

}  // namespace pscheduler::plugins
