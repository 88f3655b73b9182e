#include "tracepath_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"
#include "shared/command_words.hpp"
#include "shared/trace_result.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::int64_t kHops = 30;
constexpr std::int64_t kTtlMax = 255;
constexpr std::int64_t kLengthMin = 28;                   // tracepath's own header
constexpr Duration kSilentHop = std::chrono::seconds(3);  // three probes, a second each
constexpr Duration kSlack = std::chrono::seconds(3);

}  // namespace

Duration tracepath_measuring(const Json& spec) {
  const auto hops = json::find_integer(spec, "hops").value_or(kHops);
  return kSilentHop * std::clamp<std::int64_t>(hops, 1, kTtlMax) + kSlack;
}

Result<Duration> tracepath_slot(const Json& spec) {
  constexpr Duration kStart = std::chrono::seconds(2);
  return tracepath_measuring(spec) + trace_lookup_time(spec) + kStart;
}

std::vector<std::string> tracepath_reasons_against(const Json& spec) {
  std::vector<std::string> reasons;
  if (!sdk::is_installed("tracepath"))
    reasons.emplace_back("The program tracepath is not installed; install the package iputils-tracepath.");
  if (const auto algorithm = json::find_string(spec, "algorithm"))
    reasons.push_back(fmt::format("Tracepath has no algorithm to choose, so not {}.", excerpt(*algorithm)));
  const auto type = json::find_string(spec, "probe-type").value_or("udp");
  if (type != "udp") reasons.push_back(fmt::format("Tracepath sends udp probes only, not {}.", type));
  const auto queries = json::find_integer(spec, "queries").value_or(1);
  if (queries != 1)
    reasons.push_back(fmt::format("Tracepath cannot be told to ask each hop {} times (queries).", queries));
  const auto length = json::find_integer(spec, "length").value_or(kLengthMin);
  if (length < kLengthMin) {
    reasons.push_back(
        fmt::format("A length of {} is too short for tracepath; give {} at least.", length, kLengthMin));
  }
  if (json::find_bool(spec, "fragment").value_or(false))
    reasons.emplace_back("Tracepath never lets packets be fragmented (fragment).");
  if (json::find_integer(spec, "hops").value_or(kHops) > kTtlMax)
    reasons.push_back(fmt::format("Tracepath asks {} hops at most (hops).", kTtlMax));
  static constexpr std::array kUnknown{"first-ttl", "ip-tos", "wait", "sendwait", "flow-label"};
  for (const auto* field : kUnknown) {
    if (json::find(spec, field) != nullptr)
      reasons.push_back(fmt::format("Tracepath has no option for {}; leave it out.", field));
  }
  return reasons;
}

std::vector<std::string> tracepath_words(const Json& spec, const Route& route) {
  CommandWords words(spec, "tracepath");
  words.add("-n").add_family(route.family);
  words.add_integer("-m", "hops").add_integer("-l", "length").add_integer("-p", "dest-port");
  words.add("--").add(route.destination);
  return words.take();
}

}  // namespace pscheduler::plugins
