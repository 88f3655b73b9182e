// idle: consumes time, on one host or on several at once.

#include <array>
#include <nlohmann/json.hpp>

#include "plugin_schemas_embedded.hpp"
#include "pscheduler/plugin_sdk/test_plugin.hpp"
#include "shared/idle_shared.hpp"

namespace pscheduler::plugins {
namespace {

using sdk::Option;
using sdk::OptionType;

int host_schema(const Json& value) {
  return value.is_array() ? 2 : 1;
}

constexpr std::array kOptions{
    Option{"duration", 'd', OptionType::text, "DURATION", "PT10S", "How long to idle (ISO 8601)"},
    Option{"host", 'H', OptionType::text_or_list, "HOST", "host.example.org",
           "Host that should idle; repeat for several at once", 1, &host_schema},
    Option{"host-node", '\0', OptionType::text, "HOST", "node.example.org", "pScheduler node of that host"},
    Option{"starting-comment", 's', OptionType::text, "TEXT", "'Good night'",
           "Comment when the idling starts"},
    Option{"parting-comment", 'p', OptionType::text, "TEXT", "'Good morning'", "Comment when it ends"},
};

constexpr std::array<std::string_view, 2> kExamples{
    "--duration PT5S",
    "--duration PT5S --host a.example.org --host b.example.org",
};

}  // namespace

extern const sdk::TestPlugin test_idle;
constinit const sdk::TestPlugin test_idle{
    .identity = {"idle", "Consume idle time on a host"},
    .scheduling_class = SchedulingClass::background,
    .command_line = {"idle", "Consumes time and does nothing else.", kOptions, kExamples},
    .spec_schema = [] { return plugin_schemas::embedded("idle-spec.json"); },
    .result_schema = [] { return plugin_schemas::embedded("idle-result.json"); },
    .check_spec = &check_idle_hosts,
    .participants = &idle_participants,
    .describe_spec = &describe_idle_spec,
    .format_result =
        [](sdk::MimeType type, const Json& spec, const Json& result) {
          return format_slept(type, spec, result, "duration", "Idled for");
        },
};

}  // namespace pscheduler::plugins
