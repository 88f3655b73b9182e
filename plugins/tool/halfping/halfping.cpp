// halfping: takes half of ping's round trips for the latency, where nothing measures one way.

#include <array>
#include <nlohmann/json.hpp>

#include "latency_with_ping.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "shared/ping_measurement.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"latency"};

Result<Json> run(const sdk::RunInput& input) {
  const auto measured = measure_with_ping(rtt_spec_for(input.spec), input.start);
  if (!measured) return fail(measured.error());
  if (!measured->output) return sdk::failed_run(measured->failure, measured->diags);
  return sdk::succeeded_run(latency_result(input.spec, *measured->output), measured->diags);
}

Json merged_results(const Json& /*test*/, const Json& results) {
  const auto first = sdk::first_result(results);
  if (!first.result) return first.failure;
  static constexpr std::array kMembers{"packets-sent",       "packets-received",  "packets-lost",
                                       "packets-duplicated", "packets-reordered", "histogram-latency",
                                       "histogram-ttl"};
  Json merged = {{"schema", 1}, {"succeeded", true}};
  for (const auto* name : kMembers) {
    if (const Json* const value = json::find(*first.result, name)) merged[name] = *value;
  }
  return merged;
}

}  // namespace

extern const sdk::ToolPlugin tool_halfping;
constinit const sdk::ToolPlugin tool_halfping{
    .identity = {"halfping", "Estimate latency as half the round trip time of ping"},
    .tests = kTests,
    .preference = -100,
    .spec_schema_max = 4,
    .reasons_against = &halfping_reasons_against,
    .duration = &halfping_slot,
    .run = &run,
    .merged_results = &merged_results,
};

}  // namespace pscheduler::plugins
