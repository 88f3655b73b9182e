// iperf3: measures throughput with a client at the source and a server at the destination.

#include "iperf3.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "iperf3_run.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"
#include "shared/throughput_peers.hpp"
#include "shared/throughput_result.hpp"
#include "shared/throughput_spec.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"throughput"};
constexpr UsualProgram kProgram{"iperf3", "/usr/bin/iperf3", "iperf3", 5201};
constexpr Duration kVersionLimit = std::chrono::seconds(2);

constexpr std::array<std::string_view, 28> kFields{"schema",
                                                   "source",
                                                   "source-node",
                                                   "dest",
                                                   "dest-node",
                                                   "reverse",
                                                   "omit",
                                                   "duration",
                                                   "single-ended",
                                                   "single-ended-port",
                                                   "interval",
                                                   "link-rtt",
                                                   "parallel",
                                                   "window-size",
                                                   "mss",
                                                   "bandwidth",
                                                   "udp",
                                                   "fq-rate",
                                                   "buffer-length",
                                                   "ip-tos",
                                                   "local-address",
                                                   "ip-version",
                                                   "congestion",
                                                   "zero-copy",
                                                   "flow-label",
                                                   "client-cpu-affinity",
                                                   "server-cpu-affinity",
                                                   "loopback"};

// What iperf3 refuses to begin with.
constexpr std::array kNumbers{
    NumberLimit{"parallel", 1, 128},
    NumberLimit{"mss", 88, 9216},
    NumberLimit{"window-size", 1, 536'870'912},
    NumberLimit{"buffer-length", 1, 1'048'576},
    NumberLimit{"flow-label", 1, 0xfffff},
};

constexpr ThroughputAbility kAbility{.program = "iperf3",
                                     .fields = kFields,
                                     .numbers = kNumbers,
                                     .duration_max = std::chrono::days(1),
                                     .interval_min = std::chrono::milliseconds(100),
                                     .interval_max = std::chrono::minutes(1)};

std::vector<std::string> reasons_against(const Json& spec) {
  auto reasons = throughput_reasons_against(spec, kAbility);
  if (spec.contains("bandwidth") && spec.contains("fq-rate"))
    reasons.emplace_back("iperf3 takes either a bandwidth or an fq-rate; leave one of them out.");
  if (spec.contains("flow-label") && json::find_integer(spec, "ip-version").value_or(6) != 6)
    reasons.emplace_back("A flow-label needs ip-version 6; leave one of them out.");
  constexpr std::int64_t kDatagramLeast = 16;
  constexpr std::int64_t kDatagramMost = 65'507;
  const auto length = json::find_integer(spec, "buffer-length").value_or(kDatagramLeast);
  if (is_udp(spec) && (length < kDatagramLeast || length > kDatagramMost)) {
    reasons.push_back(fmt::format("iperf3 cannot send UDP with a buffer-length of {}; give {} to {}.", length,
                                  kDatagramLeast, kDatagramMost));
  }
  constexpr Duration kOmitMost = std::chrono::minutes(10);
  const auto times = throughput_times(spec);
  if (times && times->omit > kOmitMost)
    reasons.emplace_back("iperf3 omits PT10M at most; give less to omit.");
  if (auto trouble = trouble_of(iperf3_setting()); !trouble.empty()) reasons.push_back(std::move(trouble));
  return declining_bwctl_ends(std::move(reasons), spec);
}

Result<Duration> slot(const Json& spec) {
  const auto times = throughput_times(spec);
  if (!times) return fail(times.error());
  constexpr Duration kForPeers = std::chrono::seconds(3);  // clients of 5.2 begin so much later
  constexpr Duration kSlack = std::chrono::seconds(2);
  const auto all = times->setup + times->measuring() + kForPeers + kSlack;
  return std::chrono::floor<std::chrono::seconds>(all);
}

Json merged_results(const Json& test, const Json& results) {
  return merge_throughput(test, results, Knows::sender_most);
}

}  // namespace

Result<ServerProgram> iperf3_setting() {
  return server_program(kProgram);
}

Result<std::string> iperf3_version(const std::string& program) {
  const auto outcome = sdk::run_child({.words = {program, "--version"}, .time_limit = kVersionLimit});
  const std::string_view all(outcome.output);
  const auto words = split(trim(all.substr(0, all.find('\n'))), ' ');
  if (outcome.end != sdk::ChildEnd::exited || words.size() < 2) {
    return fail(Errc::unavailable,
                fmt::format("{} --version told no version. {}", program,
                            outcome.trouble.empty() ? excerpt(outcome.errors) : outcome.trouble));
  }
  return std::string(words[1]);
}

constinit const sdk::ToolPlugin tool_iperf3{
    .identity = {"iperf3", "Measure throughput with iperf3"},
    .tests = kTests,
    .preference = 10,
    .spec_schema_max = 7,
    .reasons_against = &reasons_against,
    .asks_around = &throughput_asks_around,
    .duration = &slot,
    .data_elsewhere = true,
    .run = &run_iperf3,
    .merged_results = &merged_results,
};

}  // namespace pscheduler::plugins
