#include "shared/idle_shared.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins {
namespace {

constexpr Duration kSlack = std::chrono::seconds(1);

std::string host_text(const Json& host) {
  if (!host.is_array()) return sdk::human_value(&host);
  std::string text;
  for (const auto& item : host) text += (text.empty() ? "" : ", ") + sdk::human_value(&item);
  return text;
}

std::string comments(const Json& spec) {
  auto text = json::find_string(spec, "starting-comment").value_or(std::string());
  const auto parting = json::find_string(spec, "parting-comment").value_or(std::string());
  if (!text.empty() && !parting.empty()) text += '\n';
  return text + parting;
}

}  // namespace

Result<sdk::ParticipantList> idle_participants(const Json& spec) {
  return sdk::lead_from(spec, kHostFields, "No host specified");
}

sdk::Report describe_idle_spec(const Json& spec) {
  sdk::Report report;
  report.field("Duration", sdk::human_duration(json::find_string(spec, "duration").value_or(std::string())));
  if (const auto interval = json::find_string(spec, "interval"))
    report.field("Interval", sdk::human_duration(*interval));
  if (const Json* const host = json::find(spec, "host")) report.field("Host", host_text(*host));
  for (const auto& [field, label] :
       {std::pair{"host-node", "Host Node"}, std::pair{"starting-comment", "Starting Comment"},
        std::pair{"parting-comment", "Parting Comment"}}) {
    if (const Json* const value = json::find(spec, field)) report.field(label, sdk::human_value(value));
  }
  return report;
}

std::string format_slept(sdk::MimeType type, const Json& result, std::string_view member,
                         std::string_view verb) {
  const auto slept = json::find_string(result, member).value_or(std::string());
  if (type == sdk::MimeType::text_html)
    return sdk::Report().field(verb, sdk::human_duration(slept)).render(type);
  return fmt::format("{} {}", verb, sdk::human_duration(slept));
}

Result<Json> sleep_as_told(const sdk::RunInput& input) {
  const auto length = sdk::duration_member(input.spec, "duration", Duration::zero());
  if (!length) return fail(length.error());
  sdk::sleep_until(input.start);
  sdk::sleep_for(*length);
  return sdk::succeeded_run({{"schema", 1}, {"succeeded", true}, {"time-slept", format_duration(*length)}},
                            comments(input.spec));
}

Json merge_slept(const Json& /*test*/, const Json& results) {
  const auto first = sdk::first_result(results);
  if (!first.result) return first.failure;
  const auto slept = json::find_string(*first.result, "time-slept");
  if (!slept) return sdk::failed_result("The tool's result does not say how long it slept.", {});
  return {{"schema", 1}, {"succeeded", true}, {"duration", *slept}};
}

Result<Duration> idle_slot(const Json& spec) {
  const auto length = sdk::duration_member(spec, "duration", Duration::zero());
  if (!length) return fail(length.error());
  return *length + kSlack;
}

}  // namespace pscheduler::plugins
