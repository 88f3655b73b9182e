// noop: hands data through, to try a node out.

#include <array>
#include <nlohmann/json.hpp>

#include "plugin_schemas_embedded.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/plugin_sdk/test_plugin.hpp"
#include "shared/idle_shared.hpp"

namespace pscheduler::plugins {
namespace {

using sdk::Option;
using sdk::OptionType;

constexpr std::array kOptions{
    Option{"data", '\0', OptionType::json, "JSON", R"('{"number": 12}')", "What to hand through"},
    Option{"host", '\0', OptionType::text, "HOST", "host.example.org", "Host that should run the test"},
    Option{"host-node", '\0', OptionType::text, "HOST", "node.example.org", "pScheduler node of that host"},
    Option{"fail", 'f', OptionType::number, "PROBABILITY", "0.5",
           "How likely the run should fail, from 0.0 to 1.0"},
};

constexpr std::array<std::string_view, 2> kExamples{
    R"(--data '{"number": 12}')",
    "--data '[1, 2, 3]' --fail 0.25",
};

Result<sdk::ParticipantList> participants(const Json& spec) {
  return sdk::lead_from(spec, kHostFields, "No host specified");
}

sdk::Report describe_spec(const Json& spec) {
  sdk::Report report;
  const Json* const data = json::find(spec, "data");
  report.field("Data", data == nullptr ? sdk::human_value(data) : json::to_pretty(*data));
  for (const auto& [field, label] : {std::pair{"host", "Host"}, std::pair{"host-node", "Host Node"},
                                     std::pair{"fail", "Probability of Failure"}}) {
    if (const Json* const value = json::find(spec, field)) report.field(label, sdk::human_value(value));
  }
  return report;
}

std::string format_result(sdk::MimeType type, const Json& /*spec*/, const Json& result) {
  const Json* const data = json::find(result, "data");
  auto text = data == nullptr ? std::string() : json::to_pretty(*data);
  if (type == sdk::MimeType::text_plain) return text;
  return "<pre>" + sdk::escape_html(text) + "</pre>";
}

}  // namespace

extern const sdk::TestPlugin test_noop;
constinit const sdk::TestPlugin test_noop{
    .identity = {"noop", "Hand data through and do nothing with it"},
    .scheduling_class = SchedulingClass::background,
    .command_line = {"noop", "Hands the data through to the result.", kOptions, kExamples},
    .spec_schema = [] { return plugin_schemas::embedded("noop-spec.json"); },
    .result_schema = [] { return plugin_schemas::embedded("noop-result.json"); },
    .participants = &participants,
    .describe_spec = &describe_spec,
    .format_result = &format_result,
};

}  // namespace pscheduler::plugins
