// latency: the time packets take one way.

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "latency_report.hpp"
#include "plugin_schemas_embedded.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/test_plugin.hpp"

namespace pscheduler::plugins {
namespace {

using sdk::Option;
using sdk::OptionType;

constexpr std::array kOptions{
    Option{"source", 's', OptionType::text, "HOST", "host.example.org", "Address or name to send from"},
    Option{"source-node", '\0', OptionType::text, "HOST", "node.example.org",
           "pScheduler node of the source"},
    Option{"dest", 'd', OptionType::text, "HOST", "host.example.org", "Host to measure to (required)"},
    Option{"dest-node", '\0', OptionType::text, "HOST", "node.example.org",
           "pScheduler node of the destination, which leads with --flip"},
    Option{"protocol", '\0', OptionType::text, "NAME", "icmp", "Protocol to use: owamp, twamp or icmp", 4},
    Option{"packet-count", 'c', OptionType::integer, "NUMBER", "100", "How many packets to send"},
    Option{"packet-interval", 'i', OptionType::number, "SECONDS", "0.1", "Time between packets"},
    Option{"packet-timeout", 'L', OptionType::integer, "SECONDS", "2", "How long to wait for a packet"},
    Option{"packet-padding", 'p', OptionType::integer, "BYTES", "1000", "Bytes to add to each packet"},
    Option{"ctrl-port", 'C', OptionType::integer, "NUMBER", "861", "Control port of the far end"},
    Option{"data-ports", 'P', OptionType::port_range, "LOW-HIGH", "9000-9100",
           "Ports for the packets on the near end"},
    Option{"ip-tos", 'T', OptionType::integer, "NUMBER", "184", "The whole TOS octet, 0 to 255"},
    Option{"ip-version", '\0', OptionType::integer, "4|6", "6", "IP version to use"},
    Option{"bucket-width", 'b', OptionType::number, "SECONDS", "0.0001",
           "Unit of the histogram of latencies (default 0.001), which counts in hundredths of it"},
    Option{"flip", 'f', OptionType::boolean, "", "",
           "Whether the destination opens the session; needs --source"},
    Option{"reverse", 'r', OptionType::boolean, "", "", "Whether to report the way back instead", 2},
    Option{"traverse-nat", '\0', OptionType::boolean, "", "", "Whether to work through NAT", 3},
    Option{"output-raw", 'R', OptionType::boolean, "", "", "Whether to list every packet in the result"},
};

constexpr std::array<std::string_view, 3> kExamples{
    "--dest www.example.org",
    "--dest 2001:db8::1 --packet-count 20 --packet-interval 0.05",
    "--source-node node.example.org --dest www.example.org --protocol icmp",
};

Result<void> check_spec(const Json& spec) {
  if (json::find_bool(spec, "flip").value_or(false) && json::find(spec, "source") == nullptr) {
    return fail(
        Errc::invalid_argument,
        "At /flip: true needs a source, since the packets then come from there; give \"source\", too.");
  }
  if (const Json* const ports = json::find_object(spec, "data-ports")) {
    const auto lower = json::find_integer(*ports, "lower").value_or(0);
    const auto upper = json::find_integer(*ports, "upper").value_or(0);
    if (lower > upper) {
      return fail(Errc::invalid_argument,
                  fmt::format("At /data-ports: lower is {} and upper {}; swap them.", lower, upper));
    }
  }
  return {};
}

Result<sdk::ParticipantList> participants(const Json& spec) {
  static constexpr std::array<std::string_view, 2> kSource{"source-node", "source"};
  static constexpr std::array<std::string_view, 2> kDestination{"dest-node", "dest"};
  if (json::find_bool(spec, "flip").value_or(false))
    return sdk::lead_from(spec, kDestination, "No destination specified");
  return sdk::lead_from(spec, kSource, "No source specified");
}

}  // namespace

extern const sdk::TestPlugin test_latency;
constinit const sdk::TestPlugin test_latency{
    .identity = {"latency", "Measure one-way latency between hosts"},
    .scheduling_class = SchedulingClass::normal,
    .command_line = {"latency", "Measures the time packets take one way, and how many are lost.", kOptions,
                     kExamples},
    .spec_schema = [] { return plugin_schemas::embedded("latency-spec.json"); },
    .result_schema = [] { return plugin_schemas::embedded("latency-result.json"); },
    .check_spec = &check_spec,
    .participants = &participants,
    .describe_spec = &describe_latency_spec,
    .format_result = &format_latency_result,
};

}  // namespace pscheduler::plugins
