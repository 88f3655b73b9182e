// iperf2: measures throughput with iperf 2, a client at the source and a server at the destination.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "iperf2_command.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "shared/iperf2_output.hpp"
#include "shared/server_program.hpp"
#include "shared/throughput_peers.hpp"
#include "shared/throughput_result.hpp"
#include "shared/throughput_run.hpp"
#include "shared/throughput_spec.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"throughput"};
constexpr UsualProgram kProgram{"iperf2", "/usr/bin/iperf", "iperf", 5001};

constexpr std::array<std::string_view, 20> kFields{
    "schema",     "source",      "source-node",  "dest",          "dest-node",
    "ip-version", "duration",    "interval",     "link-rtt",      "parallel",
    "bandwidth",  "window-size", "fq-rate",      "buffer-length", "udp",
    "loopback",   "congestion",  "single-ended", "local-address", "single-ended-port"};

constexpr std::array kNumbers{NumberLimit{"parallel", 1, 1024}, NumberLimit{"buffer-length", 1, 64 << 20}};

constexpr ThroughputAbility kAbility{.program = "iperf2",
                                     .fields = kFields,
                                     .numbers = kNumbers,
                                     .duration_max = std::chrono::days(1),
                                     .interval_min = std::chrono::milliseconds(100),
                                     .interval_max = std::chrono::days(1)};

std::vector<std::string> reasons_against(const Json& spec) {
  auto reasons = throughput_reasons_against(spec, kAbility);
  if (spec.contains("bandwidth") && !is_udp(spec))
    reasons.emplace_back("iperf2 limits the bandwidth of UDP only; add udp or give an fq-rate instead.");
  if (auto trouble = trouble_of(server_program(kProgram)); !trouble.empty())
    reasons.push_back(std::move(trouble));
  return declining_bwctl_ends(std::move(reasons), spec);
}

Result<Duration> slot(const Json& spec) {
  const auto times = throughput_times(spec);
  if (!times) return fail(times.error());
  constexpr Duration kForPeers = std::chrono::seconds(1);  // clients of 5.2 begin so much later
  constexpr Duration kSlack = std::chrono::seconds(1);
  const auto all = times->setup + times->duration + kForPeers + kSlack;
  return std::chrono::floor<std::chrono::seconds>(all);
}

Result<Json> participant_data(int participant, const Json& test) {
  const Json* const spec = json::find_object(test, "spec");
  if (participant != 1 || spec == nullptr || !has_two_ends(*spec)) return Json::object();
  const auto setting = server_program(kProgram);
  if (!setting) return fail(setting.error());
  return Json{{"server_port", setting->port}};
}

// It exits with 0 all the same.
bool was_refused(const sdk::ChildOutcome& outcome) {
  return outcome.errors.find("connect failed: Connection refused") != std::string::npos;
}

bool is_port_taken(const sdk::ChildOutcome& outcome) {
  return outcome.end == sdk::ChildEnd::exited &&
         outcome.errors.find("Address already in use") != std::string::npos;
}

// The lines of stderr that say that something failed; iperf remarks on other things there, too.
std::string failures_in(const std::string& errors) {
  std::vector<std::string> lines;
  for (const auto line : split(errors, '\n')) {
    const auto text = std::string(trim(line));
    const bool harmless = text.empty() || text.starts_with("WARNING");
    if (!harmless && std::ranges::find(lines, text) == lines.end()) lines.push_back(text);
  }
  constexpr std::size_t kLinesMax = 5;  // it repeats itself for every packet
  if (lines.size() > kLinesMax) lines.resize(kLinesMax);
  return join(lines, "; ");
}

std::string failure_of(const sdk::ChildOutcome& outcome) {
  if (!outcome.trouble.empty()) return outcome.trouble;
  const auto said = failures_in(outcome.errors);
  if (!said.empty()) return "iperf: " + said + ".";
  return fmt::format("iperf exited with status {} and printed no result.", outcome.status);
}

struct Prepared {
  std::string program;
  int port = 0;
  Iperf2Route route;
};

Json run_client(const sdk::RunInput& input, const Prepared& prepared, const RunClock& clock) {
  // Nothing tells a sender of UDP that nobody listens yet: the server has this long to come up.
  constexpr Duration kHeadStart = std::chrono::seconds(1);
  if (is_udp(input.spec) && !is_single_ended(input.spec))
    sdk::sleep_for(std::min(kHeadStart, clock.left_to_begin()));
  const auto words = iperf2_client_words(input.spec, prepared.program, prepared.port, prepared.route);
  const auto attempts = run_until_answered(words, clock, &was_refused);
  const auto& outcome = attempts.last;
  const auto diags = program_diags(words, outcome.output, outcome.errors, {});
  if (was_refused(outcome)) {
    return throughput_failed(fmt::format("No iperf server answered at {} port {}: connection refused.{}",
                                         prepared.route.destination, prepared.port, attempts_text(attempts)),
                             diags);
  }
  auto output = parse_iperf2_output(outcome.output);
  const bool ended = outcome.end == sdk::ChildEnd::exited;
  if (ended && is_udp(input.spec) && !output.measured.is_null() && !output.has_server_report) {
    return throughput_failed(
        fmt::format("No iperf server at {} port {} told what it received; either none runs there, or a "
                    "firewall is between.",
                    prepared.route.destination, prepared.port),
        diags);
  }
  if (ended && outcome.status == 0 && !output.measured.is_null() &&
      (is_udp(input.spec) || failures_in(outcome.errors).empty()))
    return throughput_succeeded(std::move(output.measured), diags);
  return throughput_failed(failure_of(outcome), diags);
}

// Only sums: streams need not have the numbers they have at the client.
Json without_streams(Json measured) {
  if (measured["summary"]["streams"].size() < 2) return measured;
  measured["summary"]["streams"] = Json::array();
  for (auto& interval : measured["intervals"]) interval["streams"] = Json::array();
  return measured;
}

Json run_server(const sdk::RunInput& input, const Prepared& prepared, const RunClock& clock) {
  const auto words = iperf2_server_words(input.spec, prepared.program, prepared.port, prepared.route);
  const auto attempts = run_until_answered(words, clock, &is_port_taken);
  const auto& outcome = attempts.last;
  const auto diags = program_diags(words, outcome.output, outcome.errors, {});
  auto output = parse_iperf2_output(outcome.output);
  if (!output.measured.is_null())
    return throughput_succeeded(without_streams(std::move(output.measured)), diags);
  if (outcome.end == sdk::ChildEnd::timed_out)
    return throughput_failed(fmt::format("No client came to port {} in time.", prepared.port), diags);
  return throughput_failed(failure_of(outcome) + attempts_text(attempts), diags);
}

Result<Json> run(const sdk::RunInput& input) {
  PSCHEDULER_TRY(check_participant(input));
  const auto times = throughput_times(input.spec);
  if (!times) return fail(times.error());
  const auto setting = server_program(kProgram);
  if (!setting) return fail(setting.error());
  auto route = iperf2_route(input.spec);
  if (!route) return throughput_failed(route.error().message, {});
  const Prepared prepared{setting->program, server_port(input, setting->port, kProgram.port),
                          std::move(*route)};
  return run_own_end(
      input, times->measuring(), [&](const RunClock& clock) { return run_client(input, prepared, clock); },
      [&](const RunClock& clock) { return run_server(input, prepared, clock); });
}

}  // namespace

extern const sdk::ToolPlugin tool_iperf2;
constinit const sdk::ToolPlugin tool_iperf2{
    .identity = {"iperf2", "Measure throughput with iperf 2"},
    .tests = kTests,
    .preference = 0,
    .spec_schema_max = 7,
    .reasons_against = &reasons_against,
    .asks_around = &throughput_asks_around,
    .duration = &slot,
    .participant_data = &participant_data,
    .run = &run,
    .merged_results = [](const Json& test,
                         const Json& results) { return merge_throughput(test, results, Knows::sender_most); },
};

}  // namespace pscheduler::plugins
