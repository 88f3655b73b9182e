#include "shared/trace_result.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/address_facts.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins {
namespace {

constexpr Duration kNamesInSlot = std::chrono::seconds(2);
constexpr Duration kSystemsInSlot = std::chrono::seconds(4);  // two questions, one after the other
constexpr Duration kLookupMin = std::chrono::milliseconds(500);
constexpr Duration kLookupMax = std::chrono::seconds(4);

sdk::FactsWanted wanted_facts(const Json& spec) {
  return {.names = json::find_bool(spec, "hostnames").value_or(true),
          .systems = json::find_bool(spec, "as").value_or(true)};
}

Json hop_json(const TraceHop& hop, const sdk::AddressFacts& facts) {
  Json json = Json::object();
  if (!hop.ip.empty()) json["ip"] = hop.ip;
  if (!facts.name.empty()) json["hostname"] = facts.name;
  if (hop.rtt) json["rtt"] = format_duration(*hop.rtt);
  if (facts.system) {
    json["as"] = {{"number", facts.system->number}};
    if (!facts.system->owner.empty()) json["as"]["owner"] = facts.system->owner;
  }
  if (!hop.error.empty()) json["error"] = hop.error;
  if (hop.mtu) json["mtu"] = *hop.mtu;
  return json;
}

Json paths_result(const TracePath& path, const std::map<std::string, sdk::AddressFacts>& facts) {
  Json hops = Json::array();
  for (const auto& hop : path) {
    const auto known = facts.find(hop.ip);
    hops.push_back(hop_json(hop, known == facts.end() ? sdk::AddressFacts() : known->second));
  }
  return {{"schema", 1}, {"succeeded", true}, {"paths", Json::array({std::move(hops)})}};
}

}  // namespace

Json trace_result(const TracePath& path) {
  return paths_result(path, {});
}

Json trace_result(const Json& spec, const TracePath& path, Instant deadline) {
  std::vector<std::string> addresses;
  for (const auto& hop : path) {
    if (!hop.ip.empty()) addresses.push_back(hop.ip);
  }
  const auto limit = std::clamp<Duration>(deadline - sdk::now(), kLookupMin, kLookupMax);
  return paths_result(path, sdk::address_facts(addresses, wanted_facts(spec), limit));
}

Duration trace_lookup_time(const Json& spec) {
  const auto wanted = wanted_facts(spec);
  return (wanted.names ? kNamesInSlot : Duration::zero()) +
         (wanted.systems ? kSystemsInSlot : Duration::zero());
}

Json merge_trace(const Json& /*test*/, const Json& results) {
  const auto first = sdk::first_result(results);
  if (!first.result) return first.failure;
  const Json* const paths = json::find_array(*first.result, "paths");
  if (paths == nullptr) return sdk::failed_result("The tool's result has no \"paths\".", {});
  return {{"schema", 1}, {"succeeded", true}, {"paths", *paths}};
}

}  // namespace pscheduler::plugins
