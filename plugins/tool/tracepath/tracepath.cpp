// tracepath: finds the path and what its links can carry with the system's tracepath.

#include <fmt/format.h>

#include <algorithm>
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
#include "tracepath_command.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"trace"};
constexpr Duration kEndSlack = std::chrono::seconds(1);  // beyond what tracepath itself should take

// Why there is no path; empty when there is one.
std::string failure_of(const sdk::ChildOutcome& outcome, const TracePath& path) {
  if (!outcome.trouble.empty()) return outcome.trouble;
  const auto errors = trim(outcome.errors);
  if (outcome.status != 0) {
    if (errors.empty()) return fmt::format("tracepath exited with status {}.", outcome.status);
    return std::string(split(errors, '\n').front());
  }
  if (!path.empty()) return {};
  if (outcome.output.find("send failed") != std::string::npos)
    return "tracepath could not send: this host has no route to the destination.";
  return "tracepath named no hops.";
}

Result<Json> run(const sdk::RunInput& input) {
  const auto route = find_route(input.spec);
  if (!route) return sdk::failed_run(route.error().message, {});
  const auto words = tracepath_words(input.spec, *route);
  sdk::sleep_until(input.start);
  const auto outcome =
      sdk::run_child({.words = words, .time_limit = tracepath_measuring(input.spec) + kEndSlack});
  const auto path = parse_tracepath_output(outcome.output);
  auto diags = fmt::format("{}\n\n{}", sdk::command_text(words), trim_end(outcome.output + outcome.errors));
  if (route->source) diags += fmt::format("\n\nThe system chose the source address, not {}.", *route->source);
  if (auto failure = failure_of(outcome, path); !failure.empty()) return sdk::failed_run(failure, diags);
  return sdk::succeeded_run(trace_result(input.spec, path, input.start + input.duration), diags);
}

}  // namespace

extern const sdk::ToolPlugin tool_tracepath;
constinit const sdk::ToolPlugin tool_tracepath{
    .identity = {"tracepath", "Trace a path and its MTU with tracepath"},
    .tests = kTests,
    .preference = -10,
    .spec_schema_max = 1,
    .reasons_against =
        [](const Json& spec) {
          return declining_bwctl_sources(tracepath_reasons_against(spec), spec, kBwctlTrace);
        },
    .asks_around = [] { return has_bwctl(kBwctlTrace); },
    .duration = &tracepath_slot,
    .run = &run,
    .merged_results = &merge_trace,
};

}  // namespace pscheduler::plugins
