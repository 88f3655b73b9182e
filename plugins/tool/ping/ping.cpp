// ping: measures round trips with the system's ping.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "ping_command.hpp"
#include "ping_output.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/names.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"rtt"};
constexpr std::size_t kOutputBytesMax = 64u << 20;       // a million replies
constexpr Duration kEndSlack = std::chrono::seconds(1);  // beyond what ping itself should take

Json trip_json(const PingTrip& trip) {
  Json json = {{"seq", trip.seq}};
  if (!trip.ip.empty()) json["ip"] = trip.ip;
  if (!trip.name.empty()) json["hostname"] = trip.name;
  if (trip.length) json["length"] = *trip.length;
  if (trip.ttl) json["ttl"] = *trip.ttl;
  if (trip.rtt) json["rtt"] = format_duration(*trip.rtt);
  if (!trip.error.empty()) json["error"] = trip.error;
  if (!trip.message.empty()) json["message"] = trip.message;
  return json;
}

void add_hostnames(Json& trips) {
  std::vector<std::string> addresses;
  for (const auto& trip : trips) {
    if (auto ip = json::find_string(trip, "ip"); ip && !trip.contains("hostname"))
      addresses.push_back(std::move(*ip));
  }
  if (addresses.empty()) return;
  const auto names = sdk::reverse_names(addresses);
  for (auto& trip : trips) {
    const auto name = names.find(json::find_string(trip, "ip").value_or(std::string()));
    if (name != names.end()) trip["hostname"] = name->second;
  }
}

Json result_json(const PingOutput& output, bool hostnames) {
  Json trips = Json::array();
  for (const auto& trip : output.trips) trips.push_back(trip_json(trip));
  if (hostnames) add_hostnames(trips);
  Json result = {{"schema", 1},
                 {"succeeded", true},
                 {"roundtrips", std::move(trips)},
                 {"loss", output.loss},
                 {"sent", output.sent},
                 {"received", output.received},
                 {"lost", std::max<std::int64_t>(0, output.sent - output.received)},
                 {"duplicates", output.duplicates},
                 {"reorders", output.reorders}};
  if (output.times) {
    result["min"] = format_duration(output.times->min);
    result["mean"] = format_duration(output.times->mean);
    result["max"] = format_duration(output.times->max);
    result["stddev"] = format_duration(output.times->stddev);
  }
  return result;
}

// Each different line once: ping repeats itself for every packet it could not send.
std::string distinct_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto line : split(text, '\n')) {
    if (!trim(line).empty() && std::ranges::find(lines, line) == lines.end()) lines.emplace_back(line);
  }
  return join(lines, "\n");
}

Result<Json> run(const sdk::RunInput& input) {
  const auto times = ping_times(input.spec);
  if (!times) return fail(times.error());
  const auto route = ping_route(input.spec);
  if (!route) return sdk::failed_run(route.error().message, {});
  const auto words = ping_words(input.spec, *times, *route);
  sdk::sleep_until(input.start);
  const auto outcome = sdk::run_child(
      {.words = words, .time_limit = times->measuring() + kEndSlack, .output_bytes_max = kOutputBytesMax});
  const auto diags =
      fmt::format("{}\n\n{}", sdk::command_text(words), trim_end(outcome.output + outcome.errors));
  if (!outcome.trouble.empty()) return sdk::failed_run(outcome.trouble, diags);
  if (outcome.status != 0 && !trim(outcome.errors).empty())
    return sdk::failed_run(distinct_lines(outcome.errors), diags);
  const auto output = parse_ping_output(outcome.output, times->count);
  if (!output.has_statistics || output.sent < 1) {
    return sdk::failed_run(fmt::format("ping exited with status {} and no statistics.", outcome.status),
                           diags);
  }
  const bool hostnames = json::find_bool(input.spec, "hostnames").value_or(true);
  return sdk::succeeded_run(result_json(output, hostnames), diags);
}

Json merged_results(const Json& /*test*/, const Json& results) {
  const auto first = sdk::first_result(results);
  if (!first.result) return first.failure;
  static constexpr std::array kMembers{"loss", "max",        "mean",     "min",      "roundtrips", "stddev",
                                       "lost", "duplicates", "received", "reorders", "sent"};
  Json merged = {{"schema", 1}, {"succeeded", true}};
  for (const auto* name : kMembers) {
    if (const Json* const value = json::find(*first.result, name)) merged[name] = *value;
  }
  return merged;
}

}  // namespace

extern const sdk::ToolPlugin tool_ping;
constinit const sdk::ToolPlugin tool_ping{
    .identity = {"ping", "Measure round trip times with ping"},
    .tests = kTests,
    .preference = 0,
    .spec_schema_max = 4,
    .reasons_against = &ping_reasons_against,
    .duration = &ping_slot,
    .run = &run,
    .merged_results = &merged_results,
};

}  // namespace pscheduler::plugins
