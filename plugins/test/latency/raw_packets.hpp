#pragma once
// The packets of a latency result one by one, as cells of a table.

#include <string>
#include <vector>

#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {

std::vector<std::string> raw_packet_headings();

// A row a packet of the result's `raw-packets`; none when it has no such member.
std::vector<std::vector<std::string>> raw_packet_rows(const Json& result);

}  // namespace pscheduler::plugins
