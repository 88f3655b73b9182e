#pragma once
// The tools that measure throughput through BWCTL (spec bwctl.md 4 to 7).

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/run_input.hpp"
#include "shared/bwctl_command.hpp"

namespace pscheduler::plugins {

inline constexpr Duration kBwctlPause = std::chrono::seconds(1);  // 5.2 waits so long before it starts bwctl

// What one of them does in its own way.
struct BwctlThroughputTool {
  CommandWords (*words)(const BwctlJob& job);

  struct Parsed {
    Json measured;      // null without a measurement
    std::string error;  // then why; may be empty
  };
  Parsed (*parse)(const std::string& text);
};

// "-t 10", and the report interval where one is given.
void add_duration(CommandWords& words, const Json& spec);
void add_interval(CommandWords& words, const Json& spec);

// "-B" and the local address where one is given.
void add_local_address(CommandWords& words, const Json& spec);

Result<Json> run_bwctl_throughput(const sdk::RunInput& input, const BwctlThroughputTool& tool);

// The only participant's result.
Json merge_bwctl_throughput(const Json& test, const Json& results);

}  // namespace pscheduler::plugins
