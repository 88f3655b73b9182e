// bwctliperf3: lets BWCTL measure throughput with iperf3 where one end has no pScheduler.

#include "bwctliperf3.hpp"

#include <array>

#include "pscheduler/base/text.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "shared/bwctl_run.hpp"
#include "shared/iperf3_output.hpp"
#include "shared/route.hpp"
#include "shared/throughput_peers.hpp"
#include "shared/throughput_spec.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"throughput"};
constexpr std::array<std::string_view, 17> kFields{
    "schema",        "source",     "source-node", "dest", "dest-node",    "duration",
    "interval",      "parallel",   "window-size", "mss",  "omit",         "bandwidth",
    "buffer-length", "ip-version", "ip-tos",      "udp",  "local-address"};

constexpr std::array kNumbers{NumberLimit{"parallel", 1, 128}, NumberLimit{"mss", 88, 9216},
                              NumberLimit{"window-size", 1, 536'870'912},
                              NumberLimit{"buffer-length", 1, 1'048'576}};

constexpr ThroughputAbility kAbility{.program = "BWCTL",
                                     .fields = kFields,
                                     .numbers = kNumbers,
                                     .duration_max = std::chrono::days(1),
                                     .interval_min = std::chrono::milliseconds(100),
                                     .interval_max = std::chrono::minutes(1)};

std::vector<std::string> reasons_against(const Json& spec) {
  auto reasons = throughput_limits_against(spec, kAbility);
  constexpr Duration kOmitMost = std::chrono::minutes(1);
  const auto times = throughput_times(spec);
  if (times && times->omit > kOmitMost) reasons.emplace_back("BWCTL omits PT1M at most; give less to omit.");
  return bwctl_reasons_against(spec, {kBwctlThroughput, kFields}, std::move(reasons));
}

Result<Duration> slot(const Json& spec) {
  const auto times = throughput_times(spec);
  if (!times) return fail(times.error());
  return times->measuring() + kBwctlGrace + kBwctlPause;
}

Result<Json> run(const sdk::RunInput& input) {
  return run_bwctl_throughput(input, {&bwctliperf3_words, &parse_bwctliperf3});
}

}  // namespace

CommandWords bwctliperf3_words(const BwctlJob& job) {
  auto words = begin_bwctl(job, kBwctlThroughput, "iperf3", BwctlTalk::verbose);
  add_ends(words, job);
  add_duration(words, job.spec);
  words.add("--parsable");
  add_interval(words, job.spec);
  words.add_integer("-P", "parallel").add_integer("-w", "window-size").add_integer("-m", "mss");
  const auto times = throughput_times(job.spec);
  if (times && times->omit > Duration::zero()) words.add("-O", seconds_text(times->omit));
  words.add_integer("-b", "bandwidth");
  if (is_udp(job.spec)) words.add("-u");
  words.add_integer("-l", "buffer-length");
  add_tos(words, job.spec);
  add_local_address(words, job.spec);
  words.add_family(wanted_family(job.spec));
  return words;
}

BwctlThroughputTool::Parsed parse_bwctliperf3(const std::string& text) {
  std::string document;
  for (const auto line : split(text, '\n')) {
    const auto whole = trim_end(line);
    if (document.empty() && whole != "{") continue;
    document.append(whole).append("\n");
    if (whole == "}") break;
  }
  if (document.empty()) return {Json(), "BWCTL brought no document of iperf3."};
  auto output = parse_iperf3_output(document);
  return {std::move(output.measured), std::move(output.error)};
}

extern const sdk::ToolPlugin tool_bwctliperf3;
constinit const sdk::ToolPlugin tool_bwctliperf3{
    .identity = {"bwctliperf3",
                 "Measure throughput with iperf3 through BWCTL, FOR BACKWARD COMPATIBILITY WITH HOSTS THAT "
                 "HAVE NO PSCHEDULER ONLY"},
    .tests = kTests,
    .preference = 20,
    .spec_schema_max = 7,
    .reasons_against = &reasons_against,
    .asks_around = &throughput_asks_around,
    .duration = &slot,
    .run = &run,
    .merged_results = &merge_bwctl_throughput,
};

}  // namespace pscheduler::plugins
