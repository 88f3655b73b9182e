#include "rtt_report.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "pscheduler/json/access.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "shared/report_texts.hpp"

namespace pscheduler::plugins {
namespace {

std::optional<std::string> milliseconds(const Json& object, std::string_view name) {
  const auto text = json::find_string(object, name);
  const auto length = text ? parse_duration(*text) : fail(Errc::not_found, {});
  if (!length) return std::nullopt;
  return fmt::format("{:.4f}", static_cast<double>(length->count()) / 1000.0);
}

// What kept a trip from coming back; nothing for one that did.
std::optional<std::string> trouble_of(const Json& trip) {
  if (const auto error = json::find_string(trip, "error")) return error_text(*error);
  if (const auto message = json::find_string(trip, "message")) return *message;
  if (!json::find_string(trip, "rtt") && !json::find_integer(trip, "length")) return "No Response";
  return std::nullopt;
}

std::string trip_line(const Json& trip) {
  const auto seq = json::find_integer(trip, "seq");
  std::string line = fmt::format("{:<8}", seq ? std::to_string(*seq) : std::string());
  const auto host = host_text(trip);
  line += host;
  if (const auto trouble = trouble_of(trip)) return line + (host.empty() ? "" : "  ") + *trouble;
  if (const auto length = json::find_integer(trip, "length")) line += fmt::format("  {} Bytes", *length);
  if (const auto ttl = json::find_integer(trip, "ttl")) line += fmt::format("  TTL {}", *ttl);
  if (const auto rtt = milliseconds(trip, "rtt")) line += fmt::format("  RTT {} ms", *rtt);
  return line;
}

std::string loss_text(const Json& result) {
  const double loss = json::find_number(result, "loss").value_or(0);
  return fmt::format("{}%", static_cast<int>(std::lround(loss * 100.0)));
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kStatistics{
    std::pair{"min", "Min"}, std::pair{"mean", "Mean"}, std::pair{"max", "Max"},
    std::pair{"stddev", "StdDev"}};

std::string plain(const Json& result, const Json& trips) {
  std::string text;
  for (const auto& trip : trips) text += trip_line(trip) + '\n';
  std::string values;
  for (const auto& [name, label] : kStatistics) {
    values += (values.empty() ? "" : "/") + milliseconds(result, name).value_or("None");
  }
  return fmt::format("{}\n{} Packet Loss  RTT Min/Mean/Max/StdDev = {} ms", text, loss_text(result), values);
}

std::string html(const Json& result, const Json& trips) {
  std::vector<std::vector<std::string>> rows;
  const auto number = [](const Json& trip, std::string_view name) {
    const auto value = json::find_integer(trip, name);
    return value ? std::to_string(*value) : std::string();
  };
  for (const auto& trip : trips) {
    auto rtt = trouble_of(trip);
    if (!rtt) {
      const auto ms = milliseconds(trip, "rtt");
      rtt = ms ? *ms + " ms" : std::string();
    }
    rows.push_back({number(trip, "seq"), host_text(trip), number(trip, "length"), number(trip, "ttl"), *rtt});
  }
  sdk::Report report;
  report.table({"Seq", "Host", "Bytes", "TTL", "RTT"}, std::move(rows));
  report.field("Packet Loss", loss_text(result));
  for (const auto& [name, label] : kStatistics) {
    const auto value = milliseconds(result, name);
    report.field(fmt::format("RTT {}", label), value ? *value + " ms" : "None");
  }
  return report.render(sdk::MimeType::text_html);
}

}  // namespace

sdk::Report describe_rtt_spec(const Json& spec) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kRows{{
      {"source", "Source"},
      {"source-node", "Source Node"},
      {"dest", "Destination"},
      {"count", "Packet Count"},
      {"interval", "Interval"},
      {"length", "Packet Size"},
      {"ip-version", "IP Version"},
      {"protocol", "Protocol"},
      {"port", "Port"},
      {"timeout", "Timeout"},
      {"deadline", "Deadline"},
      {"ttl", "TTL"},
      {"ip-tos", "IP TOS"},
      {"flow-label", "Flow Label"},
      {"fragment", "Fragmentation"},
      {"suppress-loopback", "Suppress Loopback"},
      {"hostnames", "Host Names"},
  }};
  sdk::Report report;
  for (const auto& [field, label] : kRows) {
    const Json* const value = json::find(spec, field);
    if (value == nullptr) continue;
    const bool is_duration = field == "interval" || field == "timeout" || field == "deadline";
    auto text = sdk::human_value(value);
    report.field(label, is_duration ? sdk::human_duration(text) : std::move(text));
  }
  return report;
}

std::string format_rtt_result(sdk::MimeType type, const Json& /*spec*/, const Json& result) {
  const Json none = Json::array();
  const Json* const found = json::find_array(result, "roundtrips");
  const Json& trips = found == nullptr ? none : *found;
  return type == sdk::MimeType::text_html ? html(result, trips) : plain(result, trips);
}

}  // namespace pscheduler::plugins
