#pragma once
// The lines of iperf 2 that hold measurements.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {

struct Iperf2Line {
  std::string id;  // "1", or "SUM" for all streams
  double start = 0;
  double end = 0;
  Json datum;  // as the test's result has it
};

// "[  1] 0.0000-1.0000 sec  10243539004 Bytes  81948312032 bits/sec  78152/0  1  2941K/30(40) us  341451300",
// and the forms of UDP, of servers and of version 2.0, which may have units ("995 Mbits/sec").
std::optional<Iperf2Line> parse_iperf2_line(std::string_view line);

}  // namespace pscheduler::plugins
