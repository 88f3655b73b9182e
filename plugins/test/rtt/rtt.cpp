// rtt: the time to a host and back.

#include <array>
#include <nlohmann/json.hpp>

#include "plugin_schemas_embedded.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/test_plugin.hpp"
#include "rtt_report.hpp"
#include "shared/bwctl_ends.hpp"

namespace pscheduler::plugins {
namespace {

using sdk::Option;
using sdk::OptionType;

// Other protocols than these came with version 4.
int protocol_schema(const Json& value) {
  return value == "icmp" || value == "twamp" ? 2 : 4;
}

constexpr std::array kOptions{
    Option{"count", 'c', OptionType::integer, "NUMBER", "5", "How many round trips to measure"},
    Option{"dest", 'd', OptionType::text, "HOST", "host.example.org", "Host to measure to (required)"},
    Option{"flow-label", '\0', OptionType::integer, "NUMBER", "42", "IPv6 flow label"},
    Option{"fragment", '\0', OptionType::boolean, "", "", "Whether packets may be fragmented", 3},
    Option{"hostnames", '\0', OptionType::boolean, "", "",
           "Whether to look up the names of addresses (default yes)"},
    Option{"interval", 'i', OptionType::text, "DURATION", "PT0.5S", "Time between packets (default PT1S)"},
    Option{"ip-version", '\0', OptionType::integer, "4|6", "6", "IP version to use"},
    Option{"source", 's', OptionType::text, "HOST", "host.example.org", "Address or name to send from"},
    Option{"source-node", '\0', OptionType::text, "HOST", "node.example.org",
           "pScheduler node of the source"},
    Option{"suppress-loopback", '\0', OptionType::boolean, "", "",
           "Whether to keep multicast off the loopback"},
    Option{"ip-tos", '\0', OptionType::integer, "NUMBER", "184", "The whole TOS octet, 0 to 255"},
    Option{"length", '\0', OptionType::integer, "BYTES", "1000", "Size of the payload (default 56)"},
    Option{"ttl", '\0', OptionType::integer, "NUMBER", "64", "Hops a packet may take"},
    Option{"deadline", '\0', OptionType::text, "DURATION", "PT20S", "When to stop, whatever has come back"},
    Option{"timeout", '\0', OptionType::text, "DURATION", "PT2S", "How long to wait for each answer"},
    Option{"port", '\0', OptionType::integer, "NUMBER", "443", "Port to use, with protocols that have any",
           4},
    Option{"protocol", '\0', OptionType::text, "NAME", "icmp", "Protocol to use: icmp, twamp, tcp ...", 2,
           &protocol_schema},
};

constexpr std::array<std::string_view, 4> kExamples{
    "--dest www.example.org",
    "--dest 2001:db8::1 --count 10 --interval PT0.2S",
    "--dest www.example.org --length 1472 --no-fragment",
    "--source-node node.example.org --dest www.example.org",
};

Result<sdk::ParticipantList> participants(const Json& spec) {
  static constexpr std::array<std::string_view, 2> kFields{"source-node", "source"};
  if (auto lead = bwctl_lead(spec, kBwctlPing)) return sdk::ParticipantList{{std::move(lead)}, {}};
  return sdk::lead_from(spec, kFields, "No source specified");
}

}  // namespace

extern const sdk::TestPlugin test_rtt;
constinit const sdk::TestPlugin test_rtt{
    .identity = {"rtt", "Measure the round trip time between hosts"},
    .scheduling_class = SchedulingClass::background,
    .command_line = {"rtt", "Measures the time packets take to a host and back.", kOptions, kExamples},
    .spec_schema = [] { return plugin_schemas::embedded("rtt-spec.json"); },
    .result_schema = [] { return plugin_schemas::embedded("rtt-result.json"); },
    .participants = &participants,
    .asks_around = [] { return has_bwctl(kBwctlPing); },
    .describe_spec = &describe_rtt_spec,
    .format_result = &format_rtt_result,
};

}  // namespace pscheduler::plugins
