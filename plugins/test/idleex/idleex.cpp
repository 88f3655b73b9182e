// idleex: consumes time, exclusively.

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
    Option{"starting-comment", 's', OptionType::text, "TEXT", "'Good night'",
           "Comment when the idling starts"},
    Option{"parting-comment", 'p', OptionType::text, "TEXT", "'Good morning'", "Comment when it ends"},
};

constexpr std::array<std::string_view, 2> kExamples{
    "--duration PT5S",
    "--duration PT5S --host a.example.org",
};

}  // namespace

extern const sdk::TestPlugin test_idleex;
constinit const sdk::TestPlugin test_idleex{
    .identity = {"idleex", "Consume idle time on a host, with nothing else running there"},
    .scheduling_class = SchedulingClass::exclusive,
    .command_line = {"idleex", "Consumes time while no other test may run.", kOptions, kExamples},
    .spec_schema = [] { return plugin_schemas::embedded("idleex-spec.json"); },
    .result_schema = [] { return plugin_schemas::embedded("idleex-result.json"); },
    .participants = &idle_participants,
    .describe_spec = &describe_idle_spec,
    .format_result =
        [](sdk::MimeType type, const Json& spec, const Json& result) {
          return format_slept(type, spec, result, "duration", "Idled for");
        },
};

}  // namespace pscheduler::plugins
