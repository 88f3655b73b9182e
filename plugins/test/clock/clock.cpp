// clock: how far the clocks of two nodes are apart.

#include <array>
#include <nlohmann/json.hpp>

#include "plugin_schemas_embedded.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/test_plugin.hpp"

namespace pscheduler::plugins {
namespace {

using sdk::Option;
using sdk::OptionType;

constexpr std::array kOptions{
    Option{"dest", '\0', OptionType::text, "HOST", "node.example.org", "Node to compare with (required)"},
    Option{"source", '\0', OptionType::text, "HOST", "node.example.org",
           "Node to compare (default the one that runs it)"},
    Option{"source-node", '\0', OptionType::text, "HOST", "node.example.org", "Node that should run the test",
           2},
    Option{"timeout", '\0', OptionType::text, "DURATION", "PT5S",
           "How long to wait for each node (default PT5S)"},
};

constexpr std::array<std::string_view, 2> kExamples{
    "--dest node.example.org",
    "--source a.example.org --dest b.example.org --timeout PT2S",
};

Result<sdk::ParticipantList> participants(const Json& spec) {
  static constexpr std::array<std::string_view, 2> kFields{"source-node", "source"};
  return sdk::lead_from(spec, kFields, "No source specified");
}

sdk::Report describe_spec(const Json& spec) {
  sdk::Report report;
  report.field("Source", sdk::human_value(json::find(spec, "source")));
  if (const Json* const node = json::find(spec, "source-node"))
    report.field("Source Node", sdk::human_value(node));
  report.field("Destination", sdk::human_value(json::find(spec, "dest")));
  if (const auto timeout = json::find_string(spec, "timeout"))
    report.field("Timeout", sdk::human_duration(*timeout));
  return report;
}

void describe_clock(sdk::Report& report, std::string title, const Json* clock) {
  if (clock == nullptr) return;
  report.section(std::move(title));
  report.field("Time", sdk::human_value(json::find(*clock, "time")));
  if (!json::find_bool(*clock, "synchronized").value_or(false)) {
    report.field("Synchronized", "No");
  } else {
    auto by = json::find_string(*clock, "source").value_or("Yes");
    if (const auto reference = json::find_string(*clock, "reference")) by += ", " + *reference;
    report.field("Synchronized", std::move(by));
    if (const Json* const offset = json::find(*clock, "offset"))
      report.field("Offset", sdk::human_value(offset));
  }
  report.close();
}

std::string format_result(sdk::MimeType type, const Json& /*spec*/, const Json& result) {
  sdk::Report report;
  describe_clock(report, "Local", json::find(result, "local"));
  describe_clock(report, "Remote", json::find(result, "remote"));
  report.field("Difference", sdk::human_value(json::find(result, "difference")));
  return report.render(type);
}

}  // namespace

extern const sdk::TestPlugin test_clock;
constinit const sdk::TestPlugin test_clock{
    .identity = {"clock", "Measure the difference between the clocks of two nodes"},
    .scheduling_class = SchedulingClass::background,
    .command_line = {"clock", "Measures how far the clocks of two pScheduler nodes are apart.", kOptions,
                     kExamples},
    .spec_schema = [] { return plugin_schemas::embedded("clock-spec.json"); },
    .result_schema = [] { return plugin_schemas::embedded("clock-result.json"); },
    .participants = &participants,
    .describe_spec = &describe_spec,
    .format_result = &format_result,
};

}  // namespace pscheduler::plugins
