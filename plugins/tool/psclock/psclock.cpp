#include "psclock.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"clock"};
constexpr Duration kTimeout = std::chrono::seconds(5);
constexpr Duration kSlack = std::chrono::seconds(1);

Result<Duration> slot(const Json& spec) {
  const auto timeout = clock_timeout(spec);
  if (!timeout) return fail(timeout.error());
  return *timeout + kSlack;
}

Json merged_results(const Json& /*test*/, const Json& results) {
  const auto first = sdk::first_result(results);
  if (!first.result) return first.failure;
  Json merged = {{"schema", 1}, {"succeeded", true}};
  for (const auto* name : {"local", "remote", "difference"}) {
    const Json* const value = json::find(*first.result, name);
    if (value == nullptr)
      return sdk::failed_result(fmt::format("The tool's result has no \"{}\".", name), {});
    merged[name] = *value;
  }
  return merged;
}

Result<Instant> time_of(const Json& clock) {
  const auto text = json::find_string(clock, "time").value_or(std::string());
  return parse_timestamp_utc(text, TimestampForm::body);
}

}  // namespace

constinit const sdk::ToolPlugin tool_psclock{
    .identity = {"psclock", "Compare clocks by asking the nodes for their time"},
    .tests = kTests,
    .preference = 0,
    .spec_schema_max = 2,
    .duration = &slot,
    .merged_results = &merged_results,
};

Result<Duration> clock_timeout(const Json& spec) {
  return sdk::duration_member(spec, "timeout", kTimeout);
}

Result<Json> read_clock(const std::string& host, long status, const std::string& body) {
  constexpr long kOk = 200;
  if (status != kOk) {
    return fail(Errc::unreachable,
                fmt::format("{} answered with HTTP status {}: {}", host, status, excerpt(trim(body))));
  }
  auto clock = json::read(body);
  if (!clock || !clock->is_object() || !time_of(*clock)) {
    return fail(Errc::unreachable,
                fmt::format("{} did not answer with a clock: {}", host, excerpt(trim(body))));
  }
  // Only what the result's schema knows: nodes differ in what else they say.
  Json known = {{"time", (*clock)["time"]},
                {"synchronized", json::find_bool(*clock, "synchronized").value_or(false)}};
  for (const auto* name : {"source", "reference"}) {
    if (auto text = json::find_string(*clock, name)) known[name] = std::move(*text);
  }
  const auto offset = json::find_number(*clock, "offset");
  const auto misspelt = json::find_number(*clock, "offest");  // of 5.2 with ntpd
  if (offset || misspelt) known["offset"] = offset ? *offset : *misspelt;
  return known;
}

Result<Json> compare_clocks(const Json& local, const Json& remote) {
  const auto ours = time_of(local);
  const auto theirs = time_of(remote);
  if (!ours) return fail(ours.error());
  if (!theirs) return fail(theirs.error());
  return Json{{"schema", 1},
              {"succeeded", true},
              {"local", local},
              {"remote", remote},
              {"difference", format_duration(std::chrono::abs(*ours - *theirs))}};
}

}  // namespace pscheduler::plugins
