#include "shared/ping_result.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/names.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins {
namespace {

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

}  // namespace

Json rtt_result(const PingOutput& output, HostNames names) {
  Json trips = Json::array();
  for (const auto& trip : output.trips) trips.push_back(trip_json(trip));
  if (names == HostNames::looked_up) add_hostnames(trips);
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

Json merge_rtt(const Json& /*test*/, const Json& results) {
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

}  // namespace pscheduler::plugins
