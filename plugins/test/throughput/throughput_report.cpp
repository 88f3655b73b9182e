#include "throughput_report.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "throughput_tables.hpp"
#include "throughput_units.hpp"

namespace pscheduler::plugins {
namespace {

struct Row {
  std::string_view field;
  std::string_view label;
  enum class As { value, duration, rate, bytes } as = As::value;
};

constexpr std::array kRows{
    Row{"source", "Source"},
    Row{"source-node", "Source Node"},
    Row{"dest", "Destination"},
    Row{"dest-node", "Destination Node"},
    Row{"duration", "Duration", Row::As::duration},
    Row{"interval", "Interval", Row::As::duration},
    Row{"omit", "Omitted at Start", Row::As::duration},
    Row{"link-rtt", "Expected RTT", Row::As::duration},
    Row{"parallel", "Streams"},
    Row{"udp", "UDP"},
    Row{"bandwidth", "Bandwidth", Row::As::rate},
    Row{"bandwidth-strict", "Strict Bandwidth"},
    Row{"burst-size", "Packets in a Burst"},
    Row{"fq-rate", "Fair Queuing Rate", Row::As::rate},
    Row{"window-size", "Window Size", Row::As::bytes},
    Row{"mss", "MSS", Row::As::bytes},
    Row{"buffer-length", "Buffer Length", Row::As::bytes},
    Row{"ip-tos", "IP TOS"},
    Row{"ip-version", "IP Version"},
    Row{"local-address", "Local Address"},
    Row{"flow-label", "Flow Label"},
    Row{"no-delay", "No Delay"},
    Row{"congestion", "Congestion Control"},
    Row{"zero-copy", "Zero Copy"},
    Row{"client-cpu-affinity", "Client Processor"},
    Row{"server-cpu-affinity", "Server Processor"},
    Row{"reverse", "Reverse"},
    Row{"reverse-connections", "Reverse Connections"},
    Row{"single-ended", "Single Ended"},
    Row{"single-ended-port", "Single Ended Port"},
    Row{"loopback", "Loopback"},
};

std::string value_text(const Row& row, const Json& value) {
  auto text = sdk::human_value(&value);
  switch (row.as) {
    case Row::As::duration:
      return sdk::human_duration(text);
    case Row::As::rate:
      return value.is_number() ? rate_text(value.get<double>()) : text;
    case Row::As::bytes:
      return text + " bytes";
    case Row::As::value:
      break;
  }
  return text;
}

// What is known once for the whole test, labelled.
std::vector<std::pair<std::string_view, std::string>> facts_of(const Json& result) {
  std::vector<std::pair<std::string_view, std::string>> facts;
  if (const auto mss = json::find_integer(result, "mss"))
    facts.emplace_back("MSS", std::to_string(*mss) + " bytes");
  if (const auto mtu = json::find_integer(result, "mtu"))
    facts.emplace_back("MTU", std::to_string(*mtu) + " bytes");
  const auto window = json::find_number(result, "tcp-window-size");
  if (!window) return facts;
  auto text = bytes_text(*window);
  if (const auto requested = json::find_number(result, "requested-tcp-window-size"))
    text += " (requested: " + bytes_text(*requested) + ")";
  facts.emplace_back("TCP Window Size", std::move(text));
  return facts;
}

}  // namespace

sdk::Report describe_throughput_spec(const Json& spec) {
  sdk::Report report;
  for (const auto& row : kRows) {
    if (const Json* const value = json::find(spec, row.field))
      report.field(row.label, value_text(row, *value));
  }
  return report;
}

std::string format_throughput_result(sdk::MimeType type, const Json& spec, const Json& result) {
  const bool is_udp = json::find_bool(spec, "udp").value_or(false);
  const auto tables = throughput_tables(is_udp, result);
  const auto facts = facts_of(result);
  if (type == sdk::MimeType::text_html) {
    sdk::Report report;
    for (const auto& table : tables) report.section(table.title).table(table.headings, table.rows);
    for (const auto& [label, value] : facts) report.field(label, value);
    return report.render(type);
  }
  std::string text;
  for (const auto& table : tables) text += plain_table(table) + "\n";
  for (const auto& [label, value] : facts) text += std::string(label) + ": " + value + "\n";
  return std::string(trim_end(text));
}

}  // namespace pscheduler::plugins
