// traceroute: finds the path with the system's traceroute.

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "shared/bwctl_ends.hpp"
#include "shared/trace_result.hpp"
#include "traceroute_command.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"trace"};
constexpr Duration kEndSlack = std::chrono::seconds(2);  // beyond what traceroute itself should take

// Why there is no path; empty when there is one.
std::string failure_of(const sdk::ChildOutcome& outcome, const Json& spec, const TracePath& path) {
  if (!outcome.trouble.empty()) return outcome.trouble;
  if (outcome.errors.find("enough privileges") != std::string::npos) {
    return fmt::format(
        "traceroute may not send {} probes: they need the capability CAP_NET_RAW, which the daemon's systemd "
        "unit gives. Start the daemon by its unit, give the program the capability with \"setcap "
        "cap_net_raw+ep\", or trace with probe-type udp and without source.",
        json::find_string(spec, "probe-type").value_or("such"));
  }
  const auto errors = trim(outcome.errors);
  if (outcome.status != 0) {
    if (errors.empty()) return fmt::format("traceroute exited with status {}.", outcome.status);
    return fmt::format("traceroute: {}", split(errors, '\n').front());
  }
  return path.empty() ? "traceroute named no hops." : "";
}

Result<Json> run(const sdk::RunInput& input) {
  const auto times = traceroute_times(input.spec);
  if (!times) return fail(times.error());
  const auto route = find_route(input.spec);
  if (!route) return sdk::failed_run(route.error().message, {});
  if (route->family == sdk::IpFamily::v4 && json::find(input.spec, "flow-label") != nullptr) {
    return sdk::failed_run(
        fmt::format("{} is an IPv4 address, which has no flow-label; set ip-version to 6 or leave it out.",
                    route->destination),
        {});
  }
  const auto words = traceroute_words(input.spec, *times, *route);
  sdk::sleep_until(input.start);
  const auto outcome = sdk::run_child({.words = words, .time_limit = times->measuring() + kEndSlack});
  const auto path = parse_traceroute_output(outcome.output);
  const auto diags =
      fmt::format("{}\n\n{}", sdk::command_text(words), trim_end(outcome.output + outcome.errors));
  if (auto failure = failure_of(outcome, input.spec, path); !failure.empty())
    return sdk::failed_run(failure, diags);
  return sdk::succeeded_run(trace_result(input.spec, path, input.start + input.duration), diags);
}

}  // namespace

extern const sdk::ToolPlugin tool_traceroute;
constinit const sdk::ToolPlugin tool_traceroute{
    .identity = {"traceroute", "Trace a path with traceroute"},
    .tests = kTests,
    .preference = 0,
    .spec_schema_max = 2,
    .reasons_against =
        [](const Json& spec) {
          return declining_bwctl_sources(traceroute_reasons_against(spec), spec, kBwctlTrace);
        },
    .asks_around = [] { return has_bwctl(kBwctlTrace); },
    .duration = &traceroute_slot,
    .run = &run,
    .merged_results = &merge_trace,
};

}  // namespace pscheduler::plugins
