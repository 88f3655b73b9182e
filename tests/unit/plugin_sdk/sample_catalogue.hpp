#pragma once
// A small catalogue with one plug-in of each class.

#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/catalogue.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"

namespace pscheduler::sdk::sample {

inline constexpr std::array kOptions{
    Option{"host", 'H', OptionType::text, "HOST", "a.example", "Who"},
    Option{"times", '\0', OptionType::integer, "NUMBER", "3", "How often", 2},
};
inline constexpr std::array<std::string_view, 1> kFields{"host"};
inline constexpr std::array<std::string_view, 1> kTests{"knock"};

inline std::string_view spec_schema() {
  return R"({"versions": [
    {"type": "object", "additionalProperties": false,
     "properties": {"schema": {"enum": [1]}, "host": {"$ref": "#/pScheduler/Host"}}},
    {"type": "object", "additionalProperties": false, "required": ["schema"],
     "properties": {"schema": {"enum": [2]}, "host": {"$ref": "#/pScheduler/Host"},
                    "times": {"$ref": "#/pScheduler/Cardinal"}}}]})";
}
inline std::string_view result_schema() {
  return R"({"versions": [{"type": "object", "required": ["succeeded", "answer"]}]})";
}

inline const TestPlugin kKnock{
    .identity = {"knock", "Knock at a door"},
    .scheduling_class = SchedulingClass::background_multi,
    .command_line = {"knock", "Knocks.", kOptions, {}},
    .spec_schema = &spec_schema,
    .result_schema = &result_schema,
    .participants = [](const Json& spec) -> Result<ParticipantList> {
      return lead_from(spec, kFields, "No host specified");
    },
    .describe_spec =
        [](const Json& spec) { return Report().field("Host", human_value(json::find(spec, "host"))); },
    .format_result = [](MimeType type, const Json& /*spec*/, const Json& result) -> std::string {
      if (result["answer"] == "throw") throw std::runtime_error("the door fell");
      return Report().field("Answer", human_value(json::find(result, "answer"))).render(type);
    },
};

inline const ToolPlugin kKnuckles{
    .identity = {"knuckles", "Knock with the knuckles"},
    .tests = kTests,
    .preference = 7,
    .spec_schema_max = 2,
    .reasons_against = [](const Json& spec) -> std::vector<std::string> {
      if (json::find_integer(spec, "times").value_or(1) > 9) return {"Knuckles hurt after nine times."};
      return {};
    },
    .duration = [](const Json& spec) -> Result<Duration> {
      return std::chrono::seconds(json::find_integer(spec, "times").value_or(1));
    },
    .participant_data = [](int participant, const Json&) -> Result<Json> {
      return Json{{"hand", participant}};
    },
    .run = [](const RunInput& input) -> Result<Json> {
      const auto host = json::find_string(input.spec, "host");
      if (!host) return failed_run("There is no door.", "knock");
      return succeeded_run({{"answer", *host}}, {});
    },
    .merged_results =
        [](const Json&, const Json& results) {
          auto first = first_result(results);
          return first.result ? *first.result : first.failure;
        },
};

inline const ArchiverPlugin kDrawer{
    .identity = {"drawer", "Put results into a drawer"},
    .check_data = [](const Json& data) -> Result<void> {
      if (json::find_string(data, "drawer")) return {};
      return fail(Errc::invalid_argument, "\"drawer\" is missing.");
    },
    .archive = [](const Json& record) -> ArchiveReply {
      const Json* const data = json::find(record, "data");
      const auto drawer = data == nullptr ? std::nullopt : json::find_string(*data, "drawer");
      if (!drawer) return {false, "There is no such drawer.", {}};
      if (*drawer == "stuck") return {false, "The drawer is stuck.", std::chrono::minutes(5)};
      return {true, {}, {}};
    },
};

inline const ContextPlugin kHat{
    .identity = {"hat", "Put on a hat"},
    .check_data = [](const Json&) -> Result<void> { return {}; },
    .change = [](const Json& data) -> Result<CommandPrefix> {
      const auto color = json::find_string(data, "color");
      if (!color) return fail(Errc::invalid_argument, "The hat has no color.");
      if (*color == "blue") return CommandPrefix{"/usr/bin/env", "SAMPLE_HAT=as blue as the sky"};
      setenv("SAMPLE_HAT", color->c_str(), 1);  // before the program is executed, in one thread
      return CommandPrefix{};
    },
};

inline constexpr std::array kTestPlugins{&kKnock};
inline constexpr std::array kToolPlugins{&kKnuckles};
inline constexpr std::array kArchivers{&kDrawer};
inline constexpr std::array kContexts{&kHat};

inline Catalogue catalogue() {
  return {kTestPlugins, kToolPlugins, kArchivers, kContexts};
}

}  // namespace pscheduler::sdk::sample
