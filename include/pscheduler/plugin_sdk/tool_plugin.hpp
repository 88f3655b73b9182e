#pragma once
// A tool: which tests it can do, how long that takes, and the doing (spec plugins.md, 6).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/identity.hpp"
#include "pscheduler/plugin_sdk/records.hpp"
#include "pscheduler/plugin_sdk/run_input.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::sdk {

struct ToolPlugin {
  Identity identity;
  std::span<const std::string_view> tests;  // types it knows
  int preference = 0;                       // higher is preferred
  std::int64_t spec_schema_max = 1;         // the highest version of a spec it understands

  // Reasons against running this spec, none if it can. Test type and schema version are judged before.
  // Absent: anything of these types can be run.
  std::vector<std::string> (*reasons_against)(const Json& spec) = nullptr;
  bool (*asks_around)() = nullptr;  // whether reasons_against asks other hosts, which `serve` has no time for

  // The time to keep on the schedule.
  Result<Duration> (*duration)(const Json& spec) = nullptr;

  // What the other participants should know. Absent: {}, which then also `serve` answers.
  Result<Json> (*participant_data)(int participant, const Json& test) = nullptr;
  bool data_elsewhere = false;  // another program installed for this plug-in tells them

  // One of these two; neither where another program installed for this plug-in does it. An error means input
  // that cannot be used (exit 1); a measurement that failed is a failed_run(). Sleeps until input.start by
  // itself.
  Result<Json> (*run)(const RunInput& input) = nullptr;
  Result<void> (*run_streaming)(const RunInput& input, const RecordWriter& records) = nullptr;

  // The final result from those of all participants; some may be null or failures.
  Json (*merged_results)(const Json& test, const Json& results) = nullptr;
};

}  // namespace pscheduler::sdk
