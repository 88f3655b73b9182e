// idlebgm: consumes time and streams a result at every interval.

#include <array>
#include <nlohmann/json.hpp>

#include "plugin_schemas_embedded.hpp"
#include "pscheduler/plugin_sdk/test_plugin.hpp"
#include "shared/idle_shared.hpp"

namespace pscheduler::plugins {
namespace {

using sdk::Option;
using sdk::OptionType;

constexpr std::array kOptions{
    Option{"duration", 'd', OptionType::text, "DURATION", "PT10S", "How long to idle (ISO 8601)"},
    Option{"host", 'H', OptionType::text, "HOST", "host.example.org", "Host that should idle"},
    Option{"host-node", '\0', OptionType::text, "HOST", "node.example.org", "pScheduler node of that host"},
    Option{"interval", 'i', OptionType::text, "DURATION", "PT1S", "Time between results (default PT1S)"},
    Option{"starting-comment", 's', OptionType::text, "TEXT", "'Good night'",
           "Comment when the idling starts"},
    Option{"parting-comment", 'p', OptionType::text, "TEXT", "'Good morning'", "Comment when it ends"},
};

constexpr std::array<std::string_view, 2> kExamples{
    "--duration PT5S",
    "--duration PT1M --interval PT10S",
};

}  // namespace

extern const sdk::TestPlugin test_idlebgm;
constinit const sdk::TestPlugin test_idlebgm{
    .identity = {"idlebgm", "Consume idle time and report at intervals"},
    .scheduling_class = SchedulingClass::background_multi,
    .command_line = {"idlebgm", "Consumes time and gives a result at every interval.", kOptions, kExamples},
    .spec_schema = [] { return plugin_schemas::embedded("idlebgm-spec.json"); },
    .result_schema = [] { return plugin_schemas::embedded("idlebgm-result.json"); },
    .participants = &idle_participants,
    .describe_spec = &describe_idle_spec,
    .format_result =
        [](sdk::MimeType type, const Json& spec, const Json& result) {
          return format_slept(type, spec, result, "time-slept", "Idled for");
        },
};

}  // namespace pscheduler::plugins
