// simplestream: a text sent from one host to another.

#include <fmt/format.h>

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
    Option{"dawdle", 'd', OptionType::text, "DURATION", "PT2S",
           "Longest time the sender waits before it begins; how long is left to chance"},
    Option{"dest", 'e', OptionType::text, "HOST", "host.example.org", "Host that receives (required)"},
    Option{"dest-node", '\0', OptionType::text, "HOST", "node.example.org",
           "pScheduler node of the destination"},
    Option{"fail", 'f', OptionType::number, "PROBABILITY", "0.5", "How likely each end fails, 0 to 1"},
    Option{"ip-version", 'i', OptionType::integer, "4|6", "6", "IP version to use", 2},
    Option{"test-material", 'm', OptionType::text, "TEXT", "'Hello there'", "What to send"},
    Option{"port", 'p', OptionType::integer, "NUMBER", "5895",
           "TCP port the destination listens on (default one from 5890 to 5899)", 3},
    Option{"source", 's', OptionType::text, "HOST", "host.example.org", "Host that sends"},
    Option{"source-node", '\0', OptionType::text, "HOST", "node.example.org",
           "pScheduler node of the source"},
    Option{"timeout", 't', OptionType::text, "DURATION", "PT10S",
           "Time until the text must have arrived (default PT5S, or twice the dawdle)"},
};

constexpr std::array<std::string_view, 3> kExamples{
    "--dest host.example.org",
    "--source a.example.org --dest b.example.org --test-material 'Hello there'",
    "--dest host.example.org --ip-version 6 --port 9000 --timeout PT10S",
};

Result<void> check_spec(const Json& spec) {
  const Json* const port = json::find(spec, "port");
  if (port != nullptr && json::as_integer(*port).value_or(0) == 0) {
    return fail(Errc::invalid_argument,
                fmt::format("At /port: {} is no port to listen on; give 1 to 65535.", json::describe(*port)));
  }
  return {};
}

Result<sdk::ParticipantList> participants(const Json& spec) {
  static constexpr std::array<std::string_view, 2> kSource{"source-node", "source"};
  static constexpr std::array<std::string_view, 2> kDestination{"dest-node", "dest"};
  auto list = sdk::lead_from(spec, kSource, "No source specified");
  list.hosts.push_back(sdk::lead_from(spec, kDestination, {}).hosts.front());
  return list;
}

sdk::Report describe(const Json& spec) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kRows{{
      {"source", "Source"},
      {"source-node", "Source Node"},
      {"dest", "Destination"},
      {"dest-node", "Destination Node"},
      {"ip-version", "IP Version"},
      {"port", "Port"},
      {"dawdle", "Dawdle"},
      {"timeout", "Timeout"},
      {"test-material", "Test Material"},
      {"fail", "Probability of Failure"},
  }};
  sdk::Report report;
  for (const auto& [field, label] : kRows) {
    const Json* const value = json::find(spec, field);
    if (value == nullptr) continue;
    const bool is_duration = field == "dawdle" || field == "timeout";
    auto text = sdk::human_value(value);
    report.field(label, is_duration ? sdk::human_duration(text) : std::move(text));
  }
  return report;
}

std::string format_result(sdk::MimeType type, const Json& /*spec*/, const Json& result) {
  const auto text = [&](std::string_view name) {
    return json::find_string(result, name).value_or(std::string());
  };
  sdk::Report report;
  report.field("Dawdled", sdk::human_duration(text("dawdled")));
  report.field("Sent", text("sent"));
  report.field("Received", text("received"));
  report.field("Elapsed Time", sdk::human_duration(text("elapsed-time")));
  if (text("sent") != text("received")) report.line("What was received is not what was sent.");
  return report.render(type);
}

}  // namespace

extern const sdk::TestPlugin test_simplestream;
constinit const sdk::TestPlugin test_simplestream{
    .identity = {"simplestream", "Send a text from one host to another"},
    .scheduling_class = SchedulingClass::background,
    .command_line = {"simplestream", "Sends a text over TCP from one pScheduler node to another.", kOptions,
                     kExamples},
    .spec_schema = [] { return plugin_schemas::embedded("simplestream-spec.json"); },
    .result_schema = [] { return plugin_schemas::embedded("simplestream-result.json"); },
    .check_spec = &check_spec,
    .participants = &participants,
    .describe_spec = &describe,
    .format_result = &format_result,
};

}  // namespace pscheduler::plugins
