// bwctlping: lets BWCTL ping where one end has no pScheduler.

#include "bwctlping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "shared/bwctl_run.hpp"
#include "shared/ping_command.hpp"
#include "shared/ping_result.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"rtt"};
constexpr std::array<std::string_view, 12> kFields{"schema", "source",   "source-node", "dest",
                                                   "count",  "interval", "ip-tos",      "ip-version",
                                                   "length", "ttl",      "hostnames",   "timeout"};
constexpr Duration kNames = std::chrono::seconds(2);
constexpr Duration kTimeoutForSlot = std::chrono::seconds(2);  // when no timeout is given
constexpr Duration kTimeoutMax = std::chrono::seconds(1);      // what the ping at the other end waits
constexpr Duration kBwctlTail = std::chrono::seconds(5);       // BWCTL keeps this after the last packet

std::vector<std::string> reasons_against(const Json& spec) {
  const auto times = ping_times(spec);
  if (!times) return {times.error().message};
  std::vector<std::string> reasons;
  if (times->timeout > kTimeoutMax) {
    reasons.push_back(fmt::format("BWCTL's ping waits PT1S for each answer, not {} (timeout).",
                                  format_duration(times->timeout)));
  }
  return bwctl_reasons_against(spec, {kBwctlPing, kFields}, std::move(reasons));
}

// From the first packet to the last.
Duration sending(const PingTimes& times) {
  return times.measuring() - times.timeout;
}

Result<Duration> slot(const Json& spec) {
  auto times = ping_times(spec);
  if (!times) return fail(times.error());
  if (json::find(spec, "timeout") == nullptr) times->timeout = kTimeoutForSlot;
  return kNames + times->measuring() + kBwctlGrace;
}

Result<Json> run(const sdk::RunInput& input) {
  const auto times = ping_times(input.spec);
  if (!times) return fail(times.error());
  const auto job = prepare_bwctl(input.spec, kBwctlPing);
  if (!job) return sdk::failed_run(job.error().message, {});
  const auto length = sending(*times) + times->interval + kBwctlTail;
  const auto measured = measure_with_bwctl(input, bwctlping_words(*job).take(), length);
  if (!measured.output.failure.empty()) return sdk::failed_run(measured.output.failure, measured.diags);
  const auto output = parse_bwctlping(measured.output.result, times->count);
  const bool heard = std::ranges::any_of(output.trips, [](const PingTrip& trip) { return !trip.ip.empty(); });
  if (!heard && !output.has_statistics) {
    return sdk::failed_run(
        measured.output.doubt.empty() ? "BWCTL's ping printed nothing usable." : measured.output.doubt,
        measured.diags);
  }
  return sdk::succeeded_run(rtt_result(output, HostNames::left_out), measured.diags);
}

}  // namespace

CommandWords bwctlping_words(const BwctlJob& job) {
  const auto times = ping_times(job.spec);
  auto words = begin_bwctl(job, kBwctlPing, "ping");
  words.add_family(wanted_family(job.spec));
  words.add("-N", std::to_string(times ? times->count : 1));
  const auto spacing = seconds_text(times ? times->interval : Duration::zero());
  words.add("-i", spacing.find('.') == std::string::npos ? spacing + ".0" : spacing);
  add_tos(words, job.spec);
  words.add_integer("-l", "length").add_integer("-t", "ttl");
  add_ends(words, job);
  return words;
}

PingOutput parse_bwctlping(std::string_view text, std::int64_t count) {
  auto output = parse_ping_output(text, count);
  std::vector<PingTrip> trips;
  output.received = 0;
  for (auto& trip : output.trips) {
    if (trip.length) ++output.received;
    if (!trip.ip.empty()) trips.push_back(std::move(trip));
  }
  constexpr std::int64_t kTripsMax = 1'000'000;  // lost packets beyond this are counted, not listed
  for (std::int64_t seq = 1; seq <= std::min(count, kTripsMax); ++seq) {
    const auto place = std::ranges::lower_bound(trips, seq, {}, &PingTrip::seq);
    if (place == trips.end() || place->seq != seq) {
      PingTrip lost;
      lost.seq = seq;
      trips.insert(place, std::move(lost));
    }
  }
  output.trips = std::move(trips);
  output.sent = count;
  output.loss = static_cast<double>(count - output.received) / static_cast<double>(count);
  return output;
}

extern const sdk::ToolPlugin tool_bwctlping;
constinit const sdk::ToolPlugin tool_bwctlping{
    .identity = {"bwctlping",
                 "Measure round trip times through BWCTL, FOR BACKWARD COMPATIBILITY WITH HOSTS THAT HAVE "
                 "NO PSCHEDULER ONLY"},
    .tests = kTests,
    .preference = 10,
    .spec_schema_max = 4,
    .reasons_against = &reasons_against,
    .asks_around = [] { return has_bwctl(kBwctlPing); },
    .duration = &slot,
    .run = &run,
    .merged_results = &merge_rtt,
};

}  // namespace pscheduler::plugins
