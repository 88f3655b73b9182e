#include "shared/ping_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::int64_t kCount = 5;
constexpr Duration kInterval = std::chrono::seconds(1);
constexpr Duration kTimeout = std::chrono::seconds(1);
constexpr Duration kTimeoutForSlot = std::chrono::seconds(2);  // 5.2 keeps this much when no timeout is given
constexpr Duration kReverseNames = std::chrono::seconds(2);
constexpr Duration kSlack = std::chrono::seconds(1);

std::string seconds(Duration length) {
  return fmt::format("{}", static_cast<double>(length.count()) / 1e6);
}

std::optional<sdk::IpFamily> wanted_family(const Json& spec) {
  const auto version = json::find_integer(spec, "ip-version");
  if (!version) return std::nullopt;
  return *version == 6 ? sdk::IpFamily::v6 : sdk::IpFamily::v4;
}

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

Result<PingRoute> ping_route(const Json& spec) {
  const auto destination = json::find_string(spec, "dest").value_or(std::string());
  const auto source = json::find_string(spec, "source");
  if (!source) {
    auto endpoint = sdk::single_endpoint(destination, wanted_family(spec));
    return PingRoute{std::move(endpoint.address), std::nullopt, endpoint.family};
  }
  auto pair = sdk::common_family(*source, destination, wanted_family(spec));
  if (!pair) return fail(std::move(pair.error()));
  return PingRoute{std::move(pair->destination), std::move(pair->source), pair->family};
}

std::vector<std::string> ping_words(const Json& spec, const PingTimes& times, const PingRoute& route) {
  std::vector<std::string> words{"ping"};
  const auto add = [&](std::string option, std::string value) {
    words.push_back(std::move(option));
    words.push_back(std::move(value));
  };
  const auto add_integer = [&](std::string option, std::string_view field) {
    if (const auto value = json::find_integer(spec, field)) add(std::move(option), std::to_string(*value));
  };
  if (route.family) words.emplace_back(*route.family == sdk::IpFamily::v6 ? "-6" : "-4");
  words.emplace_back("-n");
  add("-c", std::to_string(times.count));
  add_integer("-F", "flow-label");
  if (const auto fragment = json::find_bool(spec, "fragment")) add("-M", *fragment ? "want" : "do");
  add("-i", seconds(times.interval));
  if (route.source) add("-I", *route.source);
  if (json::find_bool(spec, "suppress-loopback").value_or(false)) words.emplace_back("-L");
  add_integer("-Q", "ip-tos");
  add_integer("-s", "length");
  add_integer("-t", "ttl");
  // Ping knows deadlines in whole seconds.
  if (times.deadline)
    add("-w", std::to_string(std::max<std::int64_t>(1, ceil_to_second(*times.deadline) / kSlack)));
  add("-W", seconds(times.timeout));
  words.emplace_back("--");
  words.push_back(route.destination);
  return words;
}

}  // namespace pscheduler::plugins
