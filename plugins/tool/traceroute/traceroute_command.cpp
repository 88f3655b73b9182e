#include "traceroute_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "shared/command_words.hpp"
#include "shared/trace_result.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::int64_t kHops = 30;
constexpr std::int64_t kTtlMax = 255;
constexpr Duration kWait = std::chrono::seconds(5);  // traceroute's own
constexpr Duration kSlack = std::chrono::seconds(2);

std::string probe_type(const Json& spec) {
  return json::find_string(spec, "probe-type").value_or("udp");
}

// Traceroute reads numbers above ten as milliseconds.
std::string sendwait_text(Duration length) {
  constexpr Duration kSecondsMax = std::chrono::seconds(10);
  if (length <= kSecondsMax) return seconds_text(length);
  return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(length).count());
}

}  // namespace

Duration TracerouteTimes::measuring() const {
  const bool fits = sendwait <= kDurationMax / (kTtlMax + 1);
  return (fits ? sendwait * hops : kDurationMax) + wait.value_or(kWait);
}

Result<TracerouteTimes> traceroute_times(const Json& spec) {
  TracerouteTimes times;
  times.hops = std::clamp<std::int64_t>(json::find_integer(spec, "hops").value_or(kHops), 1, kTtlMax);
  auto sendwait = sdk::duration_member(spec, "sendwait", Duration::zero());
  if (!sendwait) return fail(std::move(sendwait.error()));
  times.sendwait = *sendwait;
  auto wait = sdk::duration_member(spec, "wait", kWait);
  if (!wait) return fail(std::move(wait.error()));
  if (json::find(spec, "wait") != nullptr) times.wait = *wait;
  return times;
}

Result<Duration> traceroute_slot(const Json& spec) {
  const auto times = traceroute_times(spec);
  if (!times) return fail(times.error());
  const auto measuring = times->measuring();
  const auto lookups = trace_lookup_time(spec);
  // 5.2 does not count a wait that is not asked for: silent hops then take it from the look-ups.
  const auto uncounted = times->wait ? Duration::zero() : kWait;
  return std::max(measuring - uncounted + lookups, measuring) + kSlack;
}

std::vector<std::string> traceroute_reasons_against(const Json& spec) {
  std::vector<std::string> reasons;
  if (!sdk::is_installed("traceroute"))
    reasons.emplace_back("The program traceroute is not installed; install the package traceroute.");
  if (const auto algorithm = json::find_string(spec, "algorithm"))
    reasons.push_back(fmt::format("Traceroute has no algorithm to choose, so not {}.", excerpt(*algorithm)));
  const auto queries = json::find_integer(spec, "queries").value_or(1);
  if (queries != 1)
    reasons.push_back(fmt::format("Traceroute asks each hop once, not {} times (queries).", queries));
  const auto hops = json::find_integer(spec, "hops").value_or(kHops);
  const auto first = json::find_integer(spec, "first-ttl").value_or(1);
  if (first > hops) {
    reasons.push_back(
        fmt::format("A first-ttl of {} is beyond the last of {} hops; give more hops.", first, hops));
  }
  if (probe_type(spec) == "icmp" && json::find(spec, "dest-port") != nullptr)
    reasons.emplace_back("ICMP probes have no port; leave dest-port out or choose another probe-type.");
  return reasons;
}

std::vector<std::string> traceroute_words(const Json& spec, const TracerouteTimes& times,
                                          const Route& route) {
  CommandWords words(spec, "traceroute");
  words.add("-q", "1").add_family(route.family);
  const auto type = probe_type(spec);
  if (type == "icmp") words.add("-I");
  if (type == "tcp") words.add("-T");
  if (!json::find_bool(spec, "fragment").value_or(true)) words.add("-F");
  words.add_integer("-l", "flow-label").add_integer("-f", "first-ttl");
  if (route.source) words.add("-s", *route.source);
  words.add_integer("-m", "hops").add("-N", std::to_string(times.hops)).add("-n");
  words.add_integer("-p", "dest-port").add_integer("-t", "ip-tos");
  if (times.wait) words.add("-w", seconds_text(*times.wait));
  if (times.sendwait > Duration::zero()) words.add("-z", sendwait_text(times.sendwait));
  words.add("--").add(route.destination);
  if (const auto length = json::find_integer(spec, "length")) words.add(std::to_string(*length));
  return words.take();
}

}  // namespace pscheduler::plugins
