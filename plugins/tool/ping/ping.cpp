// ping: measures round trips with the system's ping.

#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "shared/bwctl_ends.hpp"
#include "shared/ping_command.hpp"
#include "shared/ping_measurement.hpp"
#include "shared/ping_result.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"rtt"};

Result<Json> run(const sdk::RunInput& input) {
  const auto measured = measure_with_ping(input.spec, input.start);
  if (!measured) return fail(measured.error());
  if (!measured->output) return sdk::failed_run(measured->failure, measured->diags);
  const bool hostnames = json::find_bool(input.spec, "hostnames").value_or(true);
  return sdk::succeeded_run(
      rtt_result(*measured->output, hostnames ? HostNames::looked_up : HostNames::left_out), measured->diags);
}

}  // namespace

extern const sdk::ToolPlugin tool_ping;
constinit const sdk::ToolPlugin tool_ping{
    .identity = {"ping", "Measure round trip times with ping"},
    .tests = kTests,
    .preference = 0,
    .spec_schema_max = 4,
    .reasons_against =
        [](const Json& spec) {
          return declining_bwctl_sources(ping_reasons_against(spec), spec, kBwctlPing);
        },
    .asks_around = [] { return has_bwctl(kBwctlPing); },
    .duration = &ping_slot,
    .run = &run,
    .merged_results = &merge_rtt,
};

}  // namespace pscheduler::plugins
