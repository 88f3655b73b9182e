// sleepbgm: idles and gives a result at every interval.

#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"idlebgm"};
constexpr Duration kInterval = std::chrono::seconds(1);
constexpr Duration kShortestInterval =
    std::chrono::milliseconds(1);  // results faster than that only make load

Result<Duration> interval_of(const Json& spec) {
  return sdk::duration_member(spec, "interval", kInterval);
}

std::vector<std::string> reasons_against(const Json& spec) {
  const auto interval = interval_of(spec);
  if (!interval) return {interval.error().message};
  if (*interval < kShortestInterval)
    return {"The interval is too short for this tool; give PT0.001S or more."};
  return {};
}

Result<Duration> duration(const Json& spec) {
  return sdk::duration_member(spec, "duration", Duration::zero());
}

Result<void> run(const sdk::RunInput& input, const sdk::RecordWriter& records) {
  const auto interval = interval_of(input.spec);
  if (!interval) return fail(interval.error());
  if (*interval < kShortestInterval)
    return fail(Errc::invalid_argument, "interval must be PT0.001S or more.");
  const auto end = input.start + input.duration;
  sdk::sleep_until(input.start);
  // A start in the past means now: ticks that have passed are not made up for.
  for (auto tick = std::max(input.start, sdk::now()) + *interval; tick < end; tick += *interval) {
    sdk::sleep_until(tick);
    const auto written =
        records.write({{"schema", 1}, {"succeeded", true}, {"time-slept", format_duration(*interval)}});
    if (!written) return written;
  }
  sdk::sleep_until(end);
  return {};
}

// Its results stand by themselves; nothing is merged.
Json merged_results(const Json& /*test*/, const Json& results) {
  auto first = sdk::first_result(results);
  return first.result ? std::move(*first.result) : std::move(first.failure);
}

}  // namespace

extern const sdk::ToolPlugin tool_sleepbgm;
constinit const sdk::ToolPlugin tool_sleepbgm{
    .identity = {"sleepbgm", "Idle by sleeping, with a result at every interval"},
    .tests = kTests,
    .preference = 0,
    .spec_schema_max = 1,
    .reasons_against = &reasons_against,
    .duration = &duration,
    .run_streaming = &run,
    .merged_results = &merged_results,
};

}  // namespace pscheduler::plugins
