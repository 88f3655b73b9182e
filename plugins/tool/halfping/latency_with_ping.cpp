#include "latency_with_ping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "shared/ping_command.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::int64_t kCount = 5;
constexpr double kIntervalSeconds = 1.0;
constexpr double kIntervalSecondsMin = 0.001;  // what ping can keep
constexpr double kTimeoutSeconds = 2.0;        // also for 0, which to ping would be for ever
constexpr double kBucketWidth = 0.001;         // seconds
constexpr std::int64_t kPayloadBytes = 56;     // ping's own, which padding adds to
constexpr std::int64_t kPaddingMax =
    65'527 - kPayloadBytes;  // what IPv6 carries; 20 less fit into IPv4, as ping says
constexpr Duration kSlack = std::chrono::seconds(3);  // to start in 2 s and end in 1 s

// Ping counts to a 63-bit number, and durations end at kDurationMax.
Duration seconds_clamped(double seconds) {
  const double us = std::ceil(seconds * 1e6);
  return us < static_cast<double>(kDurationMax.count()) ? Duration(std::llround(us)) : kDurationMax;
}

Duration timeout_of(const Json& spec) {
  const double asked = json::find_number(spec, "packet-timeout").value_or(0);
  return seconds_clamped(asked > 0 ? asked : kTimeoutSeconds);
}

}  // namespace

std::vector<std::string> halfping_reasons_against(const Json& spec) {
  std::vector<std::string> reasons;
  const auto protocol = json::find_string(spec, "protocol");
  if (protocol && *protocol != "icmp")
    reasons.push_back(fmt::format("Halfping speaks icmp only, not {}.", *protocol));
  if (json::find_number(spec, "packet-interval").value_or(kIntervalSeconds) < kIntervalSecondsMin) {
    reasons.push_back(fmt::format("A packet-interval of {} seconds is too short; ping needs {} at least.",
                                  json::find_number(spec, "packet-interval").value_or(0),
                                  kIntervalSecondsMin));
  }
  if (json::find_number(spec, "packet-padding").value_or(0) > static_cast<double>(kPaddingMax))
    reasons.push_back(
        fmt::format("No packet holds that packet-padding; give {} bytes at most.", kPaddingMax));
  for (const auto* field : {"ctrl-port", "data-ports"}) {
    if (json::find(spec, field) != nullptr)
      reasons.push_back(fmt::format("Ping uses no port, so no {}.", field));
  }
  static constexpr std::array<std::pair<const char*, const char*>, 4> kFlags{
      {{"flip", "Ping has no far end that could open the session (flip)."},
       {"reverse", "Ping cannot tell the way back from the way there (reverse)."},
       {"traverse-nat", "Ping has no session to carry through NAT (traverse-nat)."},
       {"output-raw", "Ping does not tell when packets arrived at the far end (output-raw)."}}};
  for (const auto& [field, reason] : kFlags) {
    if (json::find_bool(spec, field).value_or(false)) reasons.emplace_back(reason);
  }
  return reasons;
}

Result<Duration> halfping_slot(const Json& spec) {
  const auto times = ping_times(rtt_spec_for(spec));
  if (!times) return fail(times.error());
  const auto waiting = std::max(times->timeout, seconds_clamped(kTimeoutSeconds));
  return times->measuring() - times->timeout + waiting + kSlack;
}

Json rtt_spec_for(const Json& spec) {
  const double interval = json::find_number(spec, "packet-interval").value_or(kIntervalSeconds);
  Json rtt = {{"schema", 1},
              {"count", json::find_integer(spec, "packet-count").value_or(kCount)},
              {"interval", format_duration(seconds_clamped(interval))},
              {"timeout", format_duration(timeout_of(spec))},
              {"hostnames", false}};
  for (const auto* field : {"source", "dest", "ip-tos", "ip-version"}) {
    if (const Json* const value = json::find(spec, field)) rtt[field] = *value;
  }
  if (const auto padding = json::find_integer(spec, "packet-padding"))
    rtt["length"] = kPayloadBytes + std::min(*padding, kPaddingMax);
  return rtt;
}

Json latency_result(const Json& spec, const PingOutput& output) {
  const double width = json::find_number(spec, "bucket-width").value_or(kBucketWidth);
  Json latencies = Json::object();
  Json ttls = Json::object();
  const auto add = [](Json& histogram, const std::string& key) {
    histogram[key] = json::find_integer(histogram, key).value_or(0) + 1;
  };
  for (const auto& trip : output.trips) {
    if (trip.ttl) add(ttls, std::to_string(*trip.ttl));
    if (!trip.rtt) continue;
    const double seconds = static_cast<double>(trip.rtt->count()) / 2e6;
    add(latencies, fmt::format("{:.2f}", seconds / width));
  }
  return {{"schema", 1},
          {"succeeded", true},
          {"packets-sent", output.sent},
          {"packets-received", output.received},
          {"packets-lost", std::max<std::int64_t>(0, output.sent - output.received)},
          {"packets-duplicated", output.duplicates},
          {"packets-reordered", output.reorders},
          {"histogram-latency", std::move(latencies)},
          {"histogram-ttl", std::move(ttls)}};
}

}  // namespace pscheduler::plugins
