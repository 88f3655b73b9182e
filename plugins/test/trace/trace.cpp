// trace: the routers between two hosts.

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "plugin_schemas_embedded.hpp"
#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/test_plugin.hpp"
#include "shared/bwctl_ends.hpp"
#include "trace_report.hpp"

namespace pscheduler::plugins {
namespace {

using sdk::Option;
using sdk::OptionType;

constexpr std::array kOptions{
    Option{"algorithm", '\0', OptionType::text, "NAME", "paris-traceroute",
           "Way to trace, which decides the tool"},
    Option{"as", '\0', OptionType::boolean, "", "",
           "Whether to look up the autonomous systems of addresses (default yes)"},
    Option{"dest", 'd', OptionType::text, "HOST", "host.example.org", "Host to trace to (required)"},
    Option{"ip-version", '\0', OptionType::integer, "4|6", "6", "IP version to use"},
    Option{"length", '\0', OptionType::integer, "BYTES", "1400", "Size of the packets with their headers"},
    Option{"probe-type", '\0', OptionType::text, "TYPE", "icmp", "What to send: udp (default), icmp or tcp"},
    Option{"fragment", '\0', OptionType::boolean, "", "", "Whether packets may be fragmented"},
    Option{"first-ttl", '\0', OptionType::integer, "NUMBER", "3", "First hop to ask (default 1)"},
    Option{"flow-label", '\0', OptionType::integer, "NUMBER", "42", "IPv6 flow label, 1 to 1048575", 2},
    Option{"source", 's', OptionType::text, "HOST", "host.example.org", "Address or name to send from"},
    Option{"source-node", '\0', OptionType::text, "HOST", "node.example.org",
           "pScheduler node of the source"},
    Option{"hops", '\0', OptionType::integer, "NUMBER", "40", "Last hop to ask (default 30)"},
    Option{"queries", '\0', OptionType::integer, "NUMBER", "1", "Probes for each hop"},
    Option{"hostnames", '\0', OptionType::boolean, "", "",
           "Whether to look up the names of addresses (default yes)"},
    Option{"dest-port", '\0', OptionType::integer, "NUMBER", "443", "Port to send udp and tcp probes to"},
    Option{"wait", '\0', OptionType::text, "DURATION", "PT2S", "How long to wait for answers"},
    Option{"sendwait", '\0', OptionType::text, "DURATION", "PT0.1S", "Time between probes"},
    Option{"ip-tos", '\0', OptionType::integer, "NUMBER", "184", "The whole TOS octet, 1 to 255"},
};

constexpr std::array<std::string_view, 4> kExamples{
    "--dest www.example.org",
    "--dest 2001:db8::1 --probe-type tcp --dest-port 443",
    "--dest www.example.org --length 1500 --no-fragment --no-as",
    "--source-node node.example.org --dest www.example.org --ip-version 6",
};

// What the fields of a packet can hold.
Result<void> check_sizes(const Json& spec) {
  struct Largest {
    std::string_view field;
    std::int64_t value;
  };
  static constexpr std::array kLargest{Largest{"hops", 255}, Largest{"first-ttl", 255},
                                       Largest{"ip-tos", 255}, Largest{"flow-label", 1'048'575},
                                       Largest{"length", 65'535}};
  for (const auto& [field, largest] : kLargest) {
    const auto value = json::find_integer(spec, field);
    if (value && *value > largest) {
      return fail(
          Errc::invalid_argument,
          fmt::format("At /{}: {} is more than a packet can say; give {} at most.", field, *value, largest));
    }
  }
  const auto first = json::find_integer(spec, "first-ttl");
  const auto last = json::find_integer(spec, "hops");
  if (first && last && *first > *last) {
    return fail(
        Errc::invalid_argument,
        fmt::format("At /first-ttl: {} is beyond the last hop; give {} (hops) at most.", *first, *last));
  }
  if (json::find_integer(spec, "dest-port") == 0)
    return fail(Errc::invalid_argument, "At /dest-port: 0 is no port to send to; give 1 to 65535.");
  return {};
}

// Addresses decide the IP version, and only version 6 has flow labels.
Result<void> check_families(const Json& spec) {
  const auto version = json::find_integer(spec, "ip-version");
  for (const auto* field : {"dest", "source"}) {
    const auto host = json::find_string(spec, field);
    const auto address = host ? IpAddress::parse(*host) : fail(Errc::not_found, {});
    if (!address) continue;
    const int its_version = address->is_v4() ? 4 : 6;
    if (version && *version != its_version) {
      return fail(Errc::invalid_argument,
                  fmt::format("At /{}: {} is no IPv{} address; give one, or set ip-version to {}.", field,
                              *host, *version, its_version));
    }
    if (its_version == 4 && json::find(spec, "flow-label") != nullptr) {
      return fail(Errc::invalid_argument,
                  fmt::format("At /flow-label: IPv4 has none, and {} is {}; leave it out.", field, *host));
    }
  }
  if (version == 4 && json::find(spec, "flow-label") != nullptr) {
    return fail(Errc::invalid_argument,
                "At /flow-label: IPv4 has none; leave it out, or set ip-version to 6.");
  }
  return {};
}

Result<void> check_spec(const Json& spec) {
  PSCHEDULER_TRY(check_sizes(spec));
  return check_families(spec);
}

Result<sdk::ParticipantList> participants(const Json& spec) {
  static constexpr std::array<std::string_view, 2> kFields{"source-node", "source"};
  if (auto lead = bwctl_lead(spec, kBwctlTrace)) return sdk::ParticipantList{{std::move(lead)}, {}};
  return sdk::lead_from(spec, kFields, "No source specified");
}

}  // namespace

extern const sdk::TestPlugin test_trace;
constinit const sdk::TestPlugin test_trace{
    .identity = {"trace", "Trace the path between hosts"},
    .scheduling_class = SchedulingClass::background,
    .command_line = {"trace", "Finds the routers between a host and another.", kOptions, kExamples},
    .spec_schema = [] { return plugin_schemas::embedded("trace-spec.json"); },
    .result_schema = [] { return plugin_schemas::embedded("trace-result.json"); },
    .check_spec = &check_spec,
    .participants = &participants,
    .asks_around = [] { return has_bwctl(kBwctlTrace); },
    .describe_spec = &describe_trace_spec,
    .format_result = &format_trace_result,
};

}  // namespace pscheduler::plugins
