#pragma once
// Rates and sizes as engineers write them, in decimal units.

#include <string>

namespace pscheduler::plugins {

// "9.41 Gbps", "850.00 bps"
std::string rate_text(double bits_per_second);

// "916.76 KBytes", "512 Bytes"
std::string bytes_text(double bytes);

}  // namespace pscheduler::plugins
