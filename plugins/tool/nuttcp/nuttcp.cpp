// nuttcp: measures throughput with a client at the source and a server at the destination.

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "nuttcp_command.hpp"
#include "nuttcp_output.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "shared/processor_affinity.hpp"
#include "shared/server_program.hpp"
#include "shared/throughput_peers.hpp"
#include "shared/throughput_result.hpp"
#include "shared/throughput_run.hpp"
#include "shared/throughput_spec.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"throughput"};
constexpr UsualProgram kProgram{"nuttcp", "/usr/bin/nuttcp", "nuttcp", 5001};
constexpr int kDataPort = 5101;
constexpr Duration kVersionLimit = std::chrono::seconds(2);

constexpr std::array<std::string_view, 24> kFields{"schema",
                                                   "source",
                                                   "source-node",
                                                   "dest",
                                                   "dest-node",
                                                   "bandwidth",
                                                   "bandwidth-strict",
                                                   "buffer-length",
                                                   "burst-size",
                                                   "client-cpu-affinity",
                                                   "server-cpu-affinity",
                                                   "duration",
                                                   "interval",
                                                   "ip-tos",
                                                   "ip-version",
                                                   "mss",
                                                   "parallel",
                                                   "reverse",
                                                   "reverse-connections",
                                                   "single-ended",
                                                   "single-ended-port",
                                                   "udp",
                                                   "window-size",
                                                   "loopback"};

constexpr std::int64_t kBandwidthLeast = 1000;  // its unit is Kbit/s
constexpr std::array kNumbers{NumberLimit{"parallel", 1, 128},
                              NumberLimit{"bandwidth", kBandwidthLeast, std::int64_t{1} << 50},
                              NumberLimit{"buffer-length", 1, 64 << 20}};

constexpr ThroughputAbility kAbility{.program = "nuttcp",
                                     .fields = kFields,
                                     .numbers = kNumbers,
                                     .duration_max = std::chrono::days(1),
                                     .interval_min = std::chrono::milliseconds(100),
                                     .interval_max = std::chrono::days(1)};

struct Setting : ServerProgram {
  int data_port = 0;
};

Result<Setting> setting_of_node() {
  const auto config = PluginConfig::of_tool("nuttcp");
  if (!config) return fail(config.error());
  auto program = server_program(*config, kProgram);
  if (!program) return fail(program.error());
  const auto data = config->port("data_port_start", kDataPort);
  if (!data) return fail(data.error());
  return Setting{std::move(*program), *data};
}

ProgramVersion version_of(const std::string& program) {
  const auto outcome = sdk::run_child({.words = {program, "-V"}, .time_limit = kVersionLimit});
  return parse_program_version(outcome.output + outcome.errors);
}

std::vector<std::string> reasons_against(const Json& spec) {
  auto reasons = throughput_reasons_against(spec, kAbility);
  const auto setting = setting_of_node();
  if (auto trouble = trouble_of(setting); !trouble.empty()) {
    reasons.push_back(std::move(trouble));
  } else if (spec.contains("burst-size") && version_of(setting->program) < kNuttcpWithJitterAndBursts) {
    reasons.push_back(fmt::format("{} knows no burst-size; install nuttcp {} or leave it out.",
                                  setting->program, kNuttcpWithJitterAndBursts.major));
  }
  return declining_bwctl_ends(std::move(reasons), spec);
}

Result<Duration> slot(const Json& spec) {
  const auto times = throughput_times(spec);
  if (!times) return fail(times.error());
  constexpr Duration kSetup = std::chrono::seconds(4);
  constexpr Duration kForPeers = std::chrono::seconds(2);  // clients of 5.2 begin so much later
  return times->duration + kSetup + kForPeers;
}

Result<Json> participant_data(int participant, const Json& test) {
  const Json* const spec = json::find_object(test, "spec");
  if (participant != 1 || spec == nullptr || !has_two_ends(*spec)) return Json::object();
  const auto setting = setting_of_node();
  if (!setting) return fail(setting.error());
  return Json{{"server_port", setting->port}, {"data_port_start", setting->data_port}};
}

bool was_refused(const sdk::ChildOutcome& outcome) {
  return outcome.end == sdk::ChildEnd::exited && outcome.status != 0 &&
         outcome.errors.find("Connection refused") != std::string::npos;
}

bool is_port_taken(const sdk::ChildOutcome& outcome) {
  return outcome.end == sdk::ChildEnd::exited && outcome.status != 0 &&
         outcome.errors.find("Address already in use") != std::string::npos;
}

std::string failure_of(const sdk::ChildOutcome& outcome) {
  if (!outcome.trouble.empty()) return outcome.trouble;
  // "nuttcp-t: v6.1.2: Error: connect: Connection refused" among remarks and an errno.
  for (const auto line : split(outcome.errors, '\n')) {
    if (line.find("Error") != std::string_view::npos) return std::string(trim(line)) + ".";
  }
  if (outcome.status == 0 && !trim(outcome.output).empty())
    return "The server was lost before it could tell what it received.";
  return fmt::format("nuttcp exited with status {} and printed no result.", outcome.status);
}

struct Prepared {
  NuttcpStart start;
  NuttcpRoute route;
  ProgramVersion version;
};

Json run_client(const sdk::RunInput& input, const Prepared& prepared, const RunClock& clock) {
  auto start = prepared.start;
  const auto affinity = affinity_prefix(json::find_integer(input.spec, "client-cpu-affinity"),
                                        json::find_string(input.spec, "source"), prepared.route.destination);
  start.prefix = affinity.words;
  const auto words = nuttcp_client_words(input.spec, start, prepared.route, prepared.version);
  const auto attempts = run_until_answered(words, clock, &was_refused);
  const auto& outcome = attempts.last;
  const auto diags = program_diags(words, outcome.output, outcome.errors, affinity.remark);
  auto measured = parse_nuttcp_output(outcome.output);
  const bool ended = outcome.end == sdk::ChildEnd::exited && outcome.status == 0;
  if (ended && !measured.is_null()) return throughput_succeeded(std::move(measured), diags);
  auto error = failure_of(outcome);
  if (was_refused(outcome)) {
    error = fmt::format("No nuttcp server answered at {} port {}: connection refused.{}",
                        prepared.route.destination, start.control_port, attempts_text(attempts));
  }
  return throughput_failed(error, diags);
}

Json run_server(const sdk::RunInput& input, const Prepared& prepared, const RunClock& clock) {
  auto start = prepared.start;
  const auto affinity =
      affinity_prefix(json::find_integer(input.spec, "server-cpu-affinity"), prepared.route.destination,
                      json::find_string(input.spec, "source").value_or(std::string()));
  start.prefix = affinity.words;
  const auto words = nuttcp_server_words(start, prepared.route);
  const auto attempts = run_until_answered(words, clock, &is_port_taken);
  const auto& outcome = attempts.last;
  const auto diags = program_diags(words, outcome.output, outcome.errors, affinity.remark);
  if (outcome.end == sdk::ChildEnd::exited && outcome.status == 0) return throughput_served(diags);
  auto error = failure_of(outcome) + attempts_text(attempts);
  if (outcome.end == sdk::ChildEnd::timed_out) {
    error =
        fmt::format("No client used the server on port {} to its end: either none came, or it was cut off.",
                    start.control_port);
  }
  return throughput_failed(error, diags);
}

Result<Json> run(const sdk::RunInput& input) {
  PSCHEDULER_TRY(check_participant(input));
  const auto times = throughput_times(input.spec);
  if (!times) return fail(times.error());
  const auto setting = setting_of_node();
  if (!setting) return fail(setting.error());
  auto route = nuttcp_route(input.spec);
  if (!route) return throughput_failed(route.error().message, {});
  const int data_port =
      has_two_ends(input.spec) ? told_port(input, "data_port_start", kDataPort) : setting->data_port;
  const Prepared prepared{{{}, setting->program, server_port(input, setting->port, kProgram.port), data_port},
                          std::move(*route),
                          version_of(setting->program)};
  return run_own_end(
      input, times->measuring(), [&](const RunClock& clock) { return run_client(input, prepared, clock); },
      [&](const RunClock& clock) { return run_server(input, prepared, clock); });
}

}  // namespace

extern const sdk::ToolPlugin tool_nuttcp;
constinit const sdk::ToolPlugin tool_nuttcp{
    .identity = {"nuttcp", "Measure throughput with nuttcp"},
    .tests = kTests,
    .preference = 5,
    .spec_schema_max = 7,
    .reasons_against = &reasons_against,
    .asks_around = &throughput_asks_around,
    .duration = &slot,
    .participant_data = &participant_data,
    .run = &run,
    .merged_results = [](const Json& test,
                         const Json& results) { return merge_throughput(test, results, Knows::client_all); },
};

}  // namespace pscheduler::plugins
