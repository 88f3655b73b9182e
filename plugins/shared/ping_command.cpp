#include "shared/ping_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "shared/command_words.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::int64_t kCount = 5;
constexpr Duration kInterval = std::chrono::seconds(1);
constexpr Duration kTimeout = std::chrono::seconds(1);
constexpr Duration kTimeoutForSlot = std::chrono::seconds(2);  // 5.2 keeps this much when no timeout is given
constexpr Duration kReverseNames = std::chrono::seconds(2);
constexpr Duration kSlack = std::chrono::seconds(1);

}  // namespace

Duration PingTimes::measuring() const {
  if (deadline) return *deadline;
  const auto gaps = count - 1;
  const bool fits = interval == Duration::zero() || gaps <= kDurationMax / interval;
  return (fits ? gaps * interval : kDurationMax) + timeout;
}

Result<PingTimes> ping_times(const Json& spec) {
  PingTimes times;
  times.count = std::max<std::int64_t>(1, json::find_integer(spec, "count").value_or(kCount));
  auto interval = sdk::duration_member(spec, "interval", kInterval);
  if (!interval) return fail(std::move(interval.error()));
  times.interval = *interval;
  auto timeout = sdk::duration_member(spec, "timeout", kTimeout);
  if (!timeout) return fail(std::move(timeout.error()));
  times.timeout = *timeout;
  auto deadline = sdk::duration_member(spec, "deadline", Duration::zero());
  if (!deadline) return fail(std::move(deadline.error()));
  if (json::find(spec, "deadline") != nullptr) times.deadline = *deadline;
  return times;
}

Result<Duration> ping_slot(const Json& spec) {
  auto times = ping_times(spec);
  if (!times) return fail(std::move(times.error()));
  if (json::find(spec, "timeout") == nullptr) times->timeout = kTimeoutForSlot;
  const bool names = json::find_bool(spec, "hostnames").value_or(true);
  return times->measuring() + kSlack + (names ? kReverseNames : Duration::zero()) + kSlack;
}

std::vector<std::string> ping_reasons_against(const Json& spec) {
  std::vector<std::string> reasons;
  if (json::find(spec, "flow-label") != nullptr && json::find_integer(spec, "ip-version").value_or(4) != 6) {
    reasons.emplace_back("A flow label needs ip-version 6.");
  }
  const auto protocol = json::find_string(spec, "protocol");
  if (protocol && *protocol != "icmp")
    reasons.push_back(fmt::format("Ping speaks icmp only, not {}.", *protocol));
  if (json::find(spec, "port") != nullptr) reasons.emplace_back("Ping uses no port.");
  return reasons;
}

std::vector<std::string> ping_words(const Json& spec, const PingTimes& times, const Route& route) {
  CommandWords words(spec, "ping");
  words.add_family(route.family).add("-n").add("-c", std::to_string(times.count));
  words.add_integer("-F", "flow-label");
  if (const auto fragment = json::find_bool(spec, "fragment")) words.add("-M", *fragment ? "want" : "do");
  words.add("-i", seconds_text(times.interval));
  if (route.source) words.add("-I", *route.source);
  if (json::find_bool(spec, "suppress-loopback").value_or(false)) words.add("-L");
  words.add_integer("-Q", "ip-tos").add_integer("-s", "length").add_integer("-t", "ttl");
  // Ping knows deadlines in whole seconds.
  if (times.deadline)
    words.add("-w", std::to_string(std::max<std::int64_t>(1, ceil_to_second(*times.deadline) / kSlack)));
  words.add("-W", seconds_text(times.timeout)).add("--").add(route.destination);
  return words.take();
}

}  // namespace pscheduler::plugins
