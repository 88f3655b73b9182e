#pragma once
// Reads what iperf 2 prints, as client or server: 2.1 with -e --format b, and without these.

#include <nlohmann/json.hpp>
#include <string_view>

#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {

struct Iperf2Output {
  Json measured;                   // intervals, summary, mss and window sizes; null without any
  bool has_server_report = false;  // the server told a UDP client what arrived
};
Iperf2Output parse_iperf2_output(std::string_view text);

}  // namespace pscheduler::plugins
