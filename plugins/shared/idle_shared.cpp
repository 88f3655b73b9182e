#include "shared/idle_shared.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "pscheduler/base/text.hpp"
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

// A participant by its host, if the spec names hosts.
std::string participant_text(const Json& test, std::size_t participant) {
  const Json* const spec = json::find_object(test, "spec");
  const Json* const hosts = spec == nullptr ? nullptr : json::find_array(*spec, "host");
  if (hosts == nullptr || participant >= hosts->size()) return fmt::format("Participant {}", participant);
  return sdk::human_value(&(*hosts)[participant]);
}

std::string comments(const Json& spec) {
  auto text = json::find_string(spec, "starting-comment").value_or(std::string());
  const auto parting = json::find_string(spec, "parting-comment").value_or(std::string());
  if (!text.empty() && !parting.empty()) text += '\n';
  return text + parting;
}

}  // namespace

Result<void> check_idle_hosts(const Json& spec) {
  const Json* const hosts = json::find_array(spec, "host");
  if (hosts == nullptr) return {};
  std::set<std::string> seen;
  for (const auto& host : *hosts) {
    if (!host.is_string() || seen.insert(to_lower(host.get<std::string>())).second) continue;
    return fail(Errc::invalid_argument,
                fmt::format("At /host: {} is there twice; a host can idle once at a time, so name it once.",
                            host.get<std::string>()));
  }
  return {};
}

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

std::string format_slept(sdk::MimeType type, const Json& spec, const Json& result, std::string_view member,
                         std::string_view verb) {
  auto slept = sdk::human_duration(json::find_string(result, member).value_or(std::string()));
  if (const Json* const hosts = json::find_array(spec, "host")) slept += " on " + host_text(*hosts);
  if (type == sdk::MimeType::text_html) return sdk::Report().field(verb, slept).render(type);
  return fmt::format("{} {}", verb, slept);
}

Result<Json> sleep_as_told(const sdk::RunInput& input) {
  const auto length = sdk::duration_member(input.spec, "duration", Duration::zero());
  if (!length) return fail(length.error());
  sdk::sleep_until(input.start);
  sdk::sleep_for(*length);
  return sdk::succeeded_run({{"schema", 1}, {"succeeded", true}, {"time-slept", format_duration(*length)}},
                            comments(input.spec));
}

Json merge_slept(const Json& test, const Json& results) {
  std::string errors;
  for (std::size_t i = 0; results.size() > 1 && i < results.size(); ++i) {
    const auto part = sdk::participant_result(results, i);
    if (part.result) continue;
    errors += fmt::format("{}{}: {}", errors.empty() ? "" : "\n", participant_text(test, i),
                          json::find_string(part.failure, "error").value_or(std::string()));
  }
  if (!errors.empty()) return sdk::failed_result(errors, {});
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
