#pragma once
// The rows of a throughput result: each stream over time, and what it all came to.

#include <string>
#include <vector>

#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {

struct ThroughputTable {
  std::string title;
  std::vector<std::string> headings;
  std::vector<std::vector<std::string>> rows;
};

// A table a stream, one of all streams together when there are several, and the summary.
std::vector<ThroughputTable> throughput_tables(bool is_udp, const Json& result);

// As text: title, headings and rows in columns of one width, so that tables below each other line up.
std::string plain_table(const ThroughputTable& table);

}  // namespace pscheduler::plugins
