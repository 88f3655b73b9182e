// bwctliperf2: lets BWCTL measure throughput with iperf 2 where one end has no pScheduler.

#include "bwctliperf2.hpp"

#include <array>

#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "shared/bwctl_run.hpp"
#include "shared/iperf2_output.hpp"
#include "shared/route.hpp"
#include "shared/throughput_peers.hpp"
#include "shared/throughput_spec.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"throughput"};
constexpr std::array<std::string_view, 16> kFields{
    "schema",     "source",        "source-node", "dest",         "dest-node", "duration",
    "interval",   "parallel",      "window-size", "mss",          "bandwidth", "udp",
    "ip-version", "buffer-length", "ip-tos",      "local-address"};

constexpr std::array kNumbers{NumberLimit{"parallel", 1, 1024}, NumberLimit{"mss", 28, 9216},
                              NumberLimit{"buffer-length", 1, 64 << 20}};

constexpr ThroughputAbility kAbility{.program = "BWCTL",
                                     .fields = kFields,
                                     .numbers = kNumbers,
                                     .duration_max = std::chrono::days(1),
                                     .interval_min = std::chrono::milliseconds(100),
                                     .interval_max = std::chrono::days(1)};

std::vector<std::string> reasons_against(const Json& spec) {
  auto reasons = throughput_limits_against(spec, kAbility);
  if (spec.contains("bandwidth") && !is_udp(spec))
    reasons.emplace_back("iperf 2 limits the bandwidth of UDP only; add udp or leave bandwidth out.");
  return bwctl_reasons_against(spec, {kBwctlThroughput, kFields}, std::move(reasons));
}

Result<Duration> slot(const Json& spec) {
  const auto times = throughput_times(spec);
  if (!times) return fail(times.error());
  return times->duration + kBwctlGrace + kBwctlPause;
}

Result<Json> run(const sdk::RunInput& input) {
  return run_bwctl_throughput(input, {&bwctliperf2_words, &parse_bwctliperf2});
}

}  // namespace

CommandWords bwctliperf2_words(const BwctlJob& job) {
  auto words = begin_bwctl(job, kBwctlThroughput, "iperf");
  add_ends(words, job);
  words.add_family(wanted_family(job.spec));
  add_duration(words, job.spec);
  add_interval(words, job.spec);
  words.add_integer("-P", "parallel").add_integer("-w", "window-size").add_integer("-m", "mss");
  if (is_udp(job.spec)) words.add("-u");
  words.add_integer("-b", "bandwidth").add_integer("-l", "buffer-length");
  add_tos(words, job.spec);
  add_local_address(words, job.spec);
  return words;
}

BwctlThroughputTool::Parsed parse_bwctliperf2(const std::string& text) {
  auto measured = parse_iperf2_output(text).measured;
  if (measured.is_null()) return {Json(), "iperf printed no results."};
  return {std::move(measured), {}};
}

extern const sdk::ToolPlugin tool_bwctliperf2;
constinit const sdk::ToolPlugin tool_bwctliperf2{
    .identity = {"bwctliperf2",
                 "Measure throughput with iperf 2 through BWCTL, FOR BACKWARD COMPATIBILITY WITH HOSTS THAT "
                 "HAVE NO PSCHEDULER ONLY"},
    .tests = kTests,
    .preference = -10,
    .spec_schema_max = 7,
    .reasons_against = &reasons_against,
    .asks_around = &throughput_asks_around,
    .duration = &slot,
    .run = &run,
    .merged_results = &merge_bwctl_throughput,
};

}  // namespace pscheduler::plugins
