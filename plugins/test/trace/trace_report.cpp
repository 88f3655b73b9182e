#include "trace_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "pscheduler/json/access.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "shared/report_texts.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::string_view kNumberIndent = "          ";  // of the line below a hop

std::optional<std::string> rtt_text(const Json& hop) {
  const auto text = json::find_string(hop, "rtt");
  const auto length = text ? parse_duration(*text) : fail(Errc::not_found, {});
  if (!length) return std::nullopt;
  return fmt::format("{:.1f} ms", static_cast<double>(length->count()) / 1000.0);
}

std::optional<std::string> system_text(const Json& hop) {
  const Json* const system = json::find_object(hop, "as");
  const auto number = system == nullptr ? std::nullopt : json::find_integer(*system, "number");
  if (!number) return std::nullopt;
  const auto owner = json::find_string(*system, "owner").value_or(std::string());
  return fmt::format("AS{}{}{}", *number, owner.empty() ? "" : " ", owner);
}

std::string mtu_text(const Json& hop) {
  const auto mtu = json::find_integer(hop, "mtu");
  return mtu ? std::to_string(*mtu) : std::string();
}

// What is to be said of a hop besides its numbers.
std::string remark(const Json& hop, bool asked) {
  if (const auto error = json::find_string(hop, "error")) return error_text(*error);
  if (!hop.empty()) return {};
  return asked ? "No Response" : "Not Asked";
}

std::string plain_hop(std::size_t number, const Json& hop, bool asked) {
  std::vector<std::string> parts;
  if (auto host = host_text(hop); !host.empty()) parts.push_back(std::move(host));
  if (auto rtt = rtt_text(hop)) parts.push_back(std::move(*rtt));
  if (const auto mtu = mtu_text(hop); !mtu.empty()) parts.push_back("mtu " + mtu);
  if (auto text = remark(hop, asked); !text.empty()) parts.push_back(std::move(text));
  std::string line = fmt::format("{:<8}{}\n", number, fmt::join(parts, " "));
  if (const auto system = system_text(hop)) line += fmt::format("{}{}\n", kNumberIndent, *system);
  return line;
}

void add_table(sdk::Report& report, const Json& path, std::size_t first) {
  const auto any_has = [&](std::string_view name) {
    return std::ranges::any_of(path, [&](const Json& hop) { return json::find(hop, name) != nullptr; });
  };
  const bool mtus = any_has("mtu");
  const bool systems = any_has("as");
  std::vector<std::string> headings{"Hop", "Host", "RTT"};
  if (mtus) headings.emplace_back("MTU");
  if (systems) headings.emplace_back("AS");
  headings.emplace_back("Remark");
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto& hop = path[i];
    std::vector<std::string> row{std::to_string(i + 1), host_text(hop),
                                 rtt_text(hop).value_or(std::string())};
    if (mtus) row.push_back(mtu_text(hop));
    if (systems) row.push_back(system_text(hop).value_or(std::string()));
    row.push_back(remark(hop, i + 1 >= first));
    rows.push_back(std::move(row));
  }
  report.table(std::move(headings), std::move(rows));
}

}  // namespace

sdk::Report describe_trace_spec(const Json& spec) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kRows{{
      {"source", "Source"},
      {"source-node", "Source Node"},
      {"dest", "Destination"},
      {"dest-port", "Destination Port"},
      {"ip-version", "IP Version"},
      {"probe-type", "Probe Type"},
      {"algorithm", "Algorithm"},
      {"first-ttl", "First Hop"},
      {"hops", "Last Hop"},
      {"queries", "Probes per Hop"},
      {"length", "Packet Size"},
      {"fragment", "Fragmentation"},
      {"ip-tos", "IP TOS"},
      {"flow-label", "Flow Label"},
      {"sendwait", "Time Between Probes"},
      {"wait", "Wait for Answers"},
      {"hostnames", "Host Names"},
      {"as", "Autonomous Systems"},
  }};
  sdk::Report report;
  for (const auto& [field, label] : kRows) {
    const Json* const value = json::find(spec, field);
    if (value == nullptr) continue;
    const bool is_duration = field == "wait" || field == "sendwait";
    auto text = sdk::human_value(value);
    report.field(label, is_duration ? sdk::human_duration(text) : std::move(text));
  }
  return report;
}

std::string format_trace_result(sdk::MimeType type, const Json& spec, const Json& result) {
  const Json none = Json::array();
  const Json* const found = json::find_array(result, "paths");
  const Json& paths = found == nullptr ? none : *found;
  const auto first =
      static_cast<std::size_t>(std::max<std::int64_t>(1, json::find_integer(spec, "first-ttl").value_or(1)));
  std::string text;
  sdk::Report report;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto& path = paths[i];
    if (paths.size() > 1) {
      text += fmt::format("{}Path {}:\n", i == 0 ? "" : "\n", i + 1);
      report.section(fmt::format("Path {}", i + 1));
    }
    for (std::size_t hop = 0; hop < path.size(); ++hop)
      text += plain_hop(hop + 1, path[hop], hop + 1 >= first);
    add_table(report, path, first);
  }
  if (type == sdk::MimeType::text_html) return report.render(type);
  while (text.ends_with('\n')) text.pop_back();
  return text.empty() ? "No path was found." : text;
}

}  // namespace pscheduler::plugins
