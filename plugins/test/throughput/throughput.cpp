// throughput: how much data a path carries.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "plugin_schemas_embedded.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/test_plugin.hpp"
#include "shared/bwctl_ends.hpp"
#include "shared/throughput_peers.hpp"
#include "shared/throughput_spec.hpp"
#include "throughput_report.hpp"

namespace pscheduler::plugins {
namespace {

using sdk::Option;
using sdk::OptionType;

// Other algorithms than these came with version 4.
int congestion_schema(const Json& value) {
  static constexpr std::array kKnown{"reno", "cubic", "bic", "htcp", "vegas", "westwood", "yeah", "bbr"};
  return std::ranges::find(kKnown, value) != kKnown.end() ? 1 : 4;
}

constexpr std::array kOptions{
    Option{"source", 's', OptionType::text, "HOST", "host.example.org", "Address or name to send from"},
    Option{"source-node", '\0', OptionType::text, "HOST", "node.example.org",
           "pScheduler node of the source"},
    Option{.field = "dest",
           .letter = 'd',
           .argument = "HOST",
           .example = "host.example.org",
           .help = "Host to send to (required)",
           .also = "destination"},
    Option{"dest-node", '\0', OptionType::text, "HOST", "node.example.org",
           "pScheduler node of the destination"},
    Option{"duration", 't', OptionType::duration, "DURATION", "PT30S",
           "How long to send, in seconds or ISO 8601 (default PT10S)"},
    Option{"interval", 'i', OptionType::duration, "DURATION", "PT1S",
           "How often to report, in seconds or ISO 8601"},
    Option{"link-rtt", '\0', OptionType::duration_ms, "DURATION", "200",
           "Round trip time to expect, in milliseconds or ISO 8601", 3},
    Option{"parallel", 'P', OptionType::integer, "NUMBER", "4", "How many streams to use at once"},
    Option{"udp", 'u', OptionType::boolean, "", "", "Whether to use UDP instead of TCP"},
    Option{"bandwidth", 'b', OptionType::si_integer, "RATE", "100M", "Bits per second not to exceed"},
    Option{"bandwidth-strict", '\0', OptionType::boolean, "", "",
           "Whether to keep below the bandwidth at every instant", 4},
    Option{"burst-size", '\0', OptionType::si_integer, "PACKETS", "100", "Packets to send in a burst", 4},
    Option{"fq-rate", '\0', OptionType::si_integer, "RATE", "1G", "Bits per second of fair queuing", 7},
    Option{"window-size", 'w', OptionType::si_integer, "BYTES", "4M", "TCP window, or socket buffer of UDP"},
    Option{"mss", 'm', OptionType::integer, "BYTES", "1400", "TCP maximum segment size"},
    Option{"buffer-length", 'l', OptionType::integer, "BYTES", "8000", "Bytes to write at once"},
    Option{"ip-tos", '\0', OptionType::integer, "NUMBER", "184", "The whole TOS octet, 0 to 255"},
    Option{"ip-version", '\0', OptionType::integer, "4|6", "6", "IP version to use"},
    Option{"local-address", 'B', OptionType::text, "HOST", "192.0.2.1", "Address of the client to use"},
    Option{"omit", 'O', OptionType::duration, "DURATION", "PT3S",
           "Time at the start that does not count and is added, in seconds or ISO 8601"},
    Option{"no-delay", '\0', OptionType::boolean, "", "", "Whether to send small segments at once"},
    Option{"congestion", '\0', OptionType::text, "NAME", "cubic", "TCP congestion control", 1,
           &congestion_schema},
    Option{"zero-copy", '\0', OptionType::boolean, "", "", "Whether to send without copying"},
    Option{"flow-label", '\0', OptionType::integer, "NUMBER", "42", "IPv6 flow label; implies ip-version 6"},
    Option{"client-cpu-affinity", '\0', OptionType::integer, "NUMBER", "2", "Processor for the client"},
    Option{"server-cpu-affinity", '\0', OptionType::integer, "NUMBER", "3", "Processor for the server"},
    Option{"single-ended", '\0', OptionType::boolean, "", "",
           "Whether to use a server that runs at the destination without pScheduler", 2},
    Option{"single-ended-port", '\0', OptionType::integer, "NUMBER", "5201", "Port of that server", 2},
    Option{"reverse", '\0', OptionType::boolean, "", "", "Whether data flow from destination to source"},
    Option{"reverse-connections", '\0', OptionType::boolean, "", "",
           "Whether connections are opened by the destination", 6},
    Option{"loopback", '\0', OptionType::boolean, "", "", "Whether both ends are on one host", 5},
};

constexpr std::array<std::string_view, 5> kExamples{
    "--dest host.example.org",
    "--source a.example.org --dest b.example.org --duration 30 --parallel 4",
    "--dest host.example.org --udp --bandwidth 500M --interval 1",
    "--dest host.example.org --reverse --omit PT3S --congestion bbr",
    "--dest iperf.example.org --single-ended --single-ended-port 5201",
};

void complete(Json& spec) {
  if (spec.contains("flow-label") && !spec.contains("ip-version")) spec["ip-version"] = 6;
}

Result<void> check_spec(const Json& spec) {
  if (is_single_ended(spec) && is_loopback(spec)) {
    return fail(Errc::invalid_argument,
                "At /loopback: true goes not together with single-ended; leave one of them out");
  }
  constexpr std::int64_t kPortMax = 65'535;
  const auto port = json::find_integer(spec, "single-ended-port");
  if (port && (*port < 1 || *port > kPortMax)) {
    return fail(Errc::invalid_argument,
                fmt::format("At /single-ended-port: {} is no port; give 1 to {}", *port, kPortMax));
  }
  constexpr std::int64_t kProcessorMax = 65'535;  // more than Linux can count
  for (const auto* field : {"client-cpu-affinity", "server-cpu-affinity"}) {
    const auto processor = json::find_integer(spec, field);
    if (processor && (*processor < 0 || *processor > kProcessorMax)) {
      return fail(Errc::invalid_argument,
                  fmt::format("At /{}: {} is no processor; they are counted from 0", field, *processor));
    }
  }
  return {};
}

Result<sdk::ParticipantList> participants(const Json& spec) {
  static constexpr std::array<std::string_view, 2> kSource{"source-node", "source"};
  static constexpr std::array<std::string_view, 2> kDestination{"dest-node", "dest"};
  auto list = sdk::lead_from(spec, kSource, "No source specified");
  if (!has_two_ends(spec)) return list;
  auto destination = sdk::lead_from(spec, kDestination, {});
  switch (find_bwctl_side(spec, kBwctlThroughput)) {
    case BwctlSide::source:
      return destination;
    case BwctlSide::destination:
      return list;
    case BwctlSide::none:
      break;
  }
  for (auto& host : destination.hosts) list.hosts.push_back(std::move(host));
  return list;
}

}  // namespace

extern const sdk::TestPlugin test_throughput;
constinit const sdk::TestPlugin test_throughput{
    .identity = {"throughput", "Measure network throughput between hosts"},
    .scheduling_class = SchedulingClass::exclusive,
    .command_line = {"throughput", "Measures how much data gets from one host to another.", kOptions,
                     kExamples, &complete},
    .spec_schema = [] { return plugin_schemas::embedded("throughput-spec.json"); },
    .result_schema = [] { return plugin_schemas::embedded("throughput-result.json"); },
    .check_spec = &check_spec,
    .participants = &participants,
    .asks_around = &throughput_asks_around,
    .describe_spec = &describe_throughput_spec,
    .format_result = &format_throughput_result,
};

}  // namespace pscheduler::plugins
