// bwctltracepath: lets BWCTL trace with tracepath where one end has no pScheduler.

#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "shared/bwctl_trace.hpp"
#include "shared/trace_result.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"trace"};
constexpr std::array<std::string_view, 7> kFields{"schema",     "source", "source-node", "dest",
                                                  "ip-version", "length", "hostnames"};

std::vector<std::string> reasons_against(const Json& spec) {
  return bwctl_reasons_against(spec, {kBwctlTrace, kFields}, {});
}

Result<Json> run(const sdk::RunInput& input) {
  return run_bwctl_trace(input, "tracepath", &parse_tracepath_output);
}

}  // namespace

extern const sdk::ToolPlugin tool_bwctltracepath;
constinit const sdk::ToolPlugin tool_bwctltracepath{
    .identity =
        {"bwctltracepath",
         "Trace a path with tracepath through BWCTL, FOR BACKWARD COMPATIBILITY WITH HOSTS THAT HAVE NO "
         "PSCHEDULER ONLY"},
    .tests = kTests,
    .preference = -20,
    .spec_schema_max = 2,
    .reasons_against = &reasons_against,
    .asks_around = [] { return has_bwctl(kBwctlTrace); },
    .duration = &bwctl_trace_slot,
    .run = &run,
    .merged_results = &merge_trace,
};

}  // namespace pscheduler::plugins
