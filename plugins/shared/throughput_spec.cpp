#include "shared/throughput_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins {
namespace {

constexpr Duration kSecond = std::chrono::seconds(1);
constexpr Duration kDuration = std::chrono::seconds(10);
constexpr Duration kLinkRtt = std::chrono::milliseconds(200);
constexpr int kRoundTripsToSetUp = 20;  // 1000 / 50, as 5.2 reckons

Duration whole_seconds(Duration length) {
  return std::chrono::floor<std::chrono::seconds>(length);
}

bool flag(const Json& spec, std::string_view name) {
  return json::find_bool(spec, name).value_or(false);
}

}  // namespace

bool is_single_ended(const Json& spec) {
  return flag(spec, "single-ended");
}

bool is_loopback(const Json& spec) {
  return flag(spec, "loopback");
}

bool has_two_ends(const Json& spec) {
  return !is_single_ended(spec) && !is_loopback(spec);
}

bool is_udp(const Json& spec) {
  return flag(spec, "udp");
}

Result<ThroughputTimes> throughput_times(const Json& spec) {
  const auto duration = sdk::duration_member(spec, "duration", kDuration);
  if (!duration) return fail(duration.error());
  const auto omit = sdk::duration_member(spec, "omit", Duration::zero());
  if (!omit) return fail(omit.error());
  const auto rtt = sdk::duration_member(spec, "link-rtt", kLinkRtt);
  if (!rtt) return fail(rtt.error());
  constexpr Duration kRttMax = std::chrono::hours(1);  // no link is longer
  const auto setup = std::max(kSecond, std::min(*rtt, kRttMax) * kRoundTripsToSetUp);
  return ThroughputTimes{whole_seconds(*duration), whole_seconds(*omit), setup};
}

std::vector<std::string> throughput_reasons_against(const Json& spec, const ThroughputAbility& ability) {
  std::vector<std::string> reasons;
  for (const auto& [field, value] : spec.items()) {
    if (std::ranges::find(ability.fields, field) == ability.fields.end())
      reasons.push_back(fmt::format("{} has nothing for {}; leave it out.", ability.program, field));
  }
  std::ranges::move(throughput_limits_against(spec, ability), std::back_inserter(reasons));
  return reasons;
}

std::vector<std::string> throughput_limits_against(const Json& spec, const ThroughputAbility& ability) {
  std::vector<std::string> reasons;
  for (const auto& limit : ability.numbers) {
    const auto value = json::find_integer(spec, limit.field);
    if (!value || (*value >= limit.least && *value <= limit.most)) continue;
    reasons.push_back(fmt::format("{} cannot do a {} of {}; give {} to {}.", ability.program, limit.field,
                                  *value, limit.least, limit.most));
  }
  const auto times = throughput_times(spec);
  if (!times) {
    reasons.push_back(times.error().message);
    return reasons;
  }
  if (times->duration < kSecond || times->duration > ability.duration_max) {
    reasons.push_back(fmt::format(
        "{} measures whole seconds and cannot do a duration of {}; give PT1S to {}.", ability.program,
        json::find_string(spec, "duration").value_or(""), format_duration(ability.duration_max)));
  }
  const auto interval = sdk::duration_member(spec, "interval", ability.interval_min);
  if (!interval) {
    reasons.push_back(interval.error().message);
  } else if (*interval < ability.interval_min || *interval > ability.interval_max) {
    reasons.push_back(fmt::format("{} cannot report at an interval of {}; give {} to {}.", ability.program,
                                  format_duration(*interval), format_duration(ability.interval_min),
                                  format_duration(ability.interval_max)));
  }
  return reasons;
}

}  // namespace pscheduler::plugins
