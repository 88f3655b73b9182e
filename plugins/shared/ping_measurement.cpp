#include "shared/ping_measurement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "shared/ping_command.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::size_t kOutputBytesMax = 64u << 20;       // a million replies
constexpr Duration kEndSlack = std::chrono::seconds(1);  // beyond what ping itself should take

// Each different line once: ping repeats itself for every packet it could not send.
std::string distinct_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto line : split(text, '\n')) {
    if (!trim(line).empty() && std::ranges::find(lines, line) == lines.end()) lines.emplace_back(line);
  }
  return join(lines, "\n");
}

}  // namespace

Result<PingMeasurement> measure_with_ping(const Json& rtt_spec, Instant start) {
  const auto times = ping_times(rtt_spec);
  if (!times) return fail(times.error());
  const auto route = find_route(rtt_spec);
  if (!route) return PingMeasurement{std::nullopt, route.error().message, {}};
  const auto words = ping_words(rtt_spec, *times, *route);
  sdk::sleep_until(start);
  const auto outcome = sdk::run_child(
      {.words = words, .time_limit = times->measuring() + kEndSlack, .output_bytes_max = kOutputBytesMax});
  PingMeasurement measurement;
  measurement.diags =
      fmt::format("{}\n\n{}", sdk::command_text(words), trim_end(outcome.output + outcome.errors));
  measurement.failure = outcome.trouble;
  if (measurement.failure.empty() && outcome.status != 0)
    measurement.failure = distinct_lines(outcome.errors);
  if (!measurement.failure.empty()) return measurement;
  auto output = parse_ping_output(outcome.output, times->count);
  if (output.has_statistics && output.sent >= 1) {
    measurement.output = std::move(output);
  } else {
    measurement.failure = fmt::format("ping exited with status {} and no statistics.", outcome.status);
  }
  return measurement;
}

}  // namespace pscheduler::plugins
