// dice: a test and its tool in one C++ program, written with the SDK.
//
// Install it as links: classes/test/dice/<method> and classes/tool/dicebox/<method>, all to this program.

#include <array>
#include <nlohmann/json.hpp>
#include <random>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/program.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"

using pscheduler::Duration;
using pscheduler::Json;
using pscheduler::Result;
namespace json = pscheduler::json;
namespace sdk = pscheduler::sdk;

namespace {

// The test. The table of options gives cli-to-spec, spec-to-cli and the help.

constexpr std::array kOptions{
    sdk::Option{"throws", 'n', sdk::OptionType::integer, "NUMBER", "3", "How often to throw (default 1)"},
    sdk::Option{"host", '\0', sdk::OptionType::text, "HOST", "host.example.org", "Host that should throw"},
};
constexpr std::array<std::string_view, 1> kExamples{"--throws 3"};

std::string_view spec_schema() {
  return R"({"versions": [{
    "type": "object",
    "properties": {
      "schema": {"type": "integer", "enum": [1]},
      "throws": {"$ref": "#/pScheduler/Cardinal"},
      "host": {"$ref": "#/pScheduler/Host"}
    },
    "additionalProperties": false
  }]})";
}

std::string_view result_schema() {
  return R"({"versions": [{
    "type": "object",
    "properties": {
      "schema": {"type": "integer", "enum": [1]},
      "succeeded": {"$ref": "#/pScheduler/Boolean"},
      "eyes": {"$ref": "#/pScheduler/CardinalList"}
    },
    "required": ["succeeded", "eyes"]
  }]})";
}

Result<sdk::ParticipantList> participants(const Json& spec) {
  static constexpr std::array<std::string_view, 1> kFields{"host"};
  return sdk::lead_from(spec, kFields, "No host specified");
}

sdk::Report describe_spec(const Json& spec) {
  return sdk::Report()
      .field("Throws", std::to_string(json::find_integer(spec, "throws").value_or(1)))
      .field("Host", sdk::human_value(json::find(spec, "host")));
}

std::string format_result(sdk::MimeType type, const Json& /*spec*/, const Json& result) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& eyes : result["eyes"])
    rows.push_back({std::to_string(rows.size() + 1), sdk::human_value(&eyes)});
  return sdk::Report().table({"Throw", "Eyes"}, std::move(rows)).render(type);
}

const sdk::TestPlugin kDice{
    .identity = {"dice", "Throw a die", "1.0", "Your Name"},
    .scheduling_class = pscheduler::SchedulingClass::background,
    .command_line = {"dice", "Throws a die a number of times.", kOptions, kExamples},
    .spec_schema = &spec_schema,
    .result_schema = &result_schema,
    .participants = &participants,
    .describe_spec = &describe_spec,
    .format_result = &format_result,
};

// The tool.

constexpr std::array<std::string_view, 1> kTests{"dice"};

std::vector<std::string> reasons_against(const Json& spec) {
  constexpr int kThrowsMax = 1000;
  if (json::find_integer(spec, "throws").value_or(1) <= kThrowsMax) return {};
  return {"The box wears out after 1000 throws."};
}

Result<Duration> duration(const Json& /*spec*/) {
  return std::chrono::seconds(1);
}

Result<Json> run(const sdk::RunInput& input) {
  std::random_device device;
  std::uniform_int_distribution<int> die(1, 6);
  sdk::sleep_until(input.start);
  Json eyes = Json::array();
  for (auto left = json::find_integer(input.spec, "throws").value_or(1); left > 0; --left)
    eyes.push_back(die(device));
  // What goes wrong in measuring is a result, too: return sdk::failed_run("The die fell off the table.", {});
  return sdk::succeeded_run({{"schema", 1}, {"succeeded", true}, {"eyes", std::move(eyes)}}, {});
}

Json merged_results(const Json& /*test*/, const Json& results) {
  const auto first = sdk::first_result(results);
  return first.result ? *first.result : first.failure;
}

const sdk::ToolPlugin kDicebox{
    .identity = {"dicebox", "Throw a die from a box", "1.0", "Your Name"},
    .tests = kTests,
    .preference = 0,
    .spec_schema_max = 1,
    .reasons_against = &reasons_against,
    .duration = &duration,
    .run = &run,
    .merged_results = &merged_results,
};

constexpr std::array kTestPlugins{&kDice};
constexpr std::array kToolPlugins{&kDicebox};

}  // namespace

int main(int argc, char** argv) {
  sdk::Catalogue catalogue;
  catalogue.tests = kTestPlugins;
  catalogue.tools = kToolPlugins;
  return sdk::run_program(catalogue, argc, argv);
}
