#include "latency_report.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "histogram.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "raw_packets.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::string_view kNotReported = "Not Reported";
constexpr double kBucketWidth = 0.001;  // seconds; where the spec has none

// What a section says: labelled values, those of jitter apart, and the histogram.
using Rows = std::vector<std::pair<std::string_view, std::string>>;
struct Section {
  std::string_view title;
  Rows rows;
  Rows jitter;
  std::string_view bucket_heading;
  std::vector<std::pair<std::string, std::int64_t>> buckets;  // value with unit, packets
};

std::string packets(std::int64_t count) {
  return fmt::format("{} packet{}", count, count == 1 ? "" : "s");
}

Section packet_section(const Json& result) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kRows{
      {{"packets-sent", "Packets Sent"},
       {"packets-received", "Packets Received"},
       {"packets-lost", "Packets Lost"},
       {"packets-duplicated", "Packets Duplicated"},
       {"packets-reordered", "Packets Reordered"}}};
  Section section{"Packet Statistics", {}, {}, {}, {}};
  for (const auto& [field, label] : kRows) {
    const auto count = json::find_integer(result, field);
    section.rows.emplace_back(label, count ? packets(*count) : std::string(kNotReported));
  }
  return section;
}

// A value as it is shown: a number of decimals and a unit.
struct Style {
  int decimals = 2;
  std::string_view unit;

  [[nodiscard]] std::string operator()(double value) const {
    return fmt::format("{:.{}f}{}", value, decimals, unit);
  }
};

// Many values may be equally frequent; beyond some they say nothing.
std::string modes_text(const std::vector<double>& modes, const Style& style) {
  constexpr std::size_t kModesMax = 5;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(modes.size(), kModesMax); ++i) texts.push_back(style(modes[i]));
  auto text = join(texts, ", ");
  if (modes.size() > kModesMax) text += fmt::format(" and {} more", modes.size() - kModesMax);
  return text;
}

// The rows of both histograms, under labels made of `what` and the name of the statistic.
struct Statistic {
  std::string_view delay_label;
  std::string_view ttl_label;
  double HistogramStatistics::*value;  // none: the modes
};
constexpr std::array kStatistics{
    Statistic{"Delay Median", "TTL Median", &HistogramStatistics::median},
    Statistic{"Delay Minimum", "TTL Minimum", &HistogramStatistics::minimum},
    Statistic{"Delay Maximum", "TTL Maximum", &HistogramStatistics::maximum},
    Statistic{"Delay Mean", "TTL Mean", &HistogramStatistics::mean},
    Statistic{"Delay Mode", "TTL Mode", nullptr},
    Statistic{"Delay 25th Percentile", "TTL 25th Percentile", &HistogramStatistics::p25},
    Statistic{"Delay 75th Percentile", "TTL 75th Percentile", &HistogramStatistics::p75},
    Statistic{"Delay 95th Percentile", "TTL 95th Percentile", &HistogramStatistics::p95},
};

Rows statistic_rows(const std::optional<HistogramStatistics>& statistics, const Style& style,
                    std::string_view Statistic::*label) {
  Rows rows;
  for (const auto& row : kStatistics) {
    std::string text(kNotReported);
    if (statistics) {
      text = row.value == nullptr ? modes_text(statistics->modes, style) : style((*statistics).*row.value);
    }
    rows.emplace_back(row.*label, std::move(text));
  }
  return rows;
}

// As many decimals as it takes to tell neighbouring buckets apart, which are a hundredth of the width.
int decimals_for(double bucket_width) {
  constexpr int kDecimalsMax = 6;  // nanoseconds
  constexpr double kWhole = 1e-6;
  double step_ms = bucket_width * 10.0;
  int decimals = 0;
  while (decimals < kDecimalsMax && std::fabs(step_ms - std::round(step_ms)) > kWhole) {
    step_ms *= 10.0;
    ++decimals;
  }
  return decimals;
}

Section latency_section(const Json& spec, const Json& result) {
  const double width = json::find_number(spec, "bucket-width").value_or(kBucketWidth);
  const int decimals = decimals_for(width);
  const auto buckets = read_histogram(result, "histogram-latency", width * 1000.0);
  const auto statistics = statistics_of(buckets);
  const Style style{std::max(2, decimals), " ms"};
  Section section{"One-way Latency Statistics",
                  statistic_rows(statistics, style, &Statistic::delay_label),
                  {},
                  "Latency",
                  {}};
  const auto clock_error = json::find_number(result, "max-clock-error");
  section.rows.emplace_back("Max Clock Error", clock_error ? style(*clock_error) : std::string(kNotReported));
  for (const auto& [value, count] : buckets)
    section.buckets.emplace_back(Style{decimals, " ms"}(value), count);
  if (!statistics) return section;
  section.jitter = {{"P95 - P50", style(statistics->p95 - statistics->median)},
                    {"P75 - P25", style(statistics->p75 - statistics->p25)},
                    {"Variance", Style{style.decimals, " ms^2"}(statistics->variance)},
                    {"Std Deviation", style(std::sqrt(statistics->variance))}};
  return section;
}

Section ttl_section(const Json& result) {
  const auto buckets = read_histogram(result, "histogram-ttl", 1.0);
  Section section{"TTL Statistics",
                  statistic_rows(statistics_of(buckets), Style{}, &Statistic::ttl_label),
                  {},
                  "TTL",
                  {}};
  for (const auto& [value, count] : buckets)
    section.buckets.emplace_back(fmt::format("{:.0f}", value), count);
  return section;
}

// "Packets Sent ............ 10 packets"
std::string dotted(std::string_view label, std::string_view value) {
  constexpr std::size_t kValueColumn = 25;  // the longest label and three dots
  return fmt::format("{:.<{}} {}\n", fmt::format("{} ", label), kValueColumn, value);
}

std::string headed(std::string_view title) {
  return fmt::format("{}\n{}\n", title, std::string(title.size(), '-'));
}

std::string plain(const Section& section) {
  auto text = headed(section.title);
  for (const auto& [label, value] : section.rows) text += dotted(label, value);
  if (!section.jitter.empty()) text += "Common Jitter Measurements:\n";
  for (const auto& [label, value] : section.jitter) text += dotted(fmt::format("    {}", label), value);
  if (!section.buckets.empty()) text += "Histogram:\n";
  for (const auto& [value, count] : section.buckets)
    text += fmt::format("    {}: {}\n", value, packets(count));
  return text + "\n";
}

void add_html(sdk::Report& report, const Section& section) {
  report.section(std::string(section.title));
  for (const auto& [label, value] : section.rows) report.field(label, value);
  for (const auto& [label, value] : section.jitter) report.field(fmt::format("Jitter: {}", label), value);
  std::vector<std::vector<std::string>> rows;
  for (const auto& [value, count] : section.buckets) rows.push_back({value, std::to_string(count)});
  if (!rows.empty()) report.table({std::string(section.bucket_heading), "Packets"}, std::move(rows));
}

constexpr std::string_view kRawTitle = "Raw Packets";

}  // namespace

sdk::Report describe_latency_spec(const Json& spec) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kRows{{
      {"source", "Source"},
      {"source-node", "Source Node"},
      {"dest", "Destination"},
      {"dest-node", "Destination Node"},
      {"protocol", "Protocol"},
      {"packet-count", "Packet Count"},
      {"packet-interval", "Packet Interval"},
      {"packet-timeout", "Packet Timeout"},
      {"packet-padding", "Packet Padding"},
      {"ctrl-port", "Control Port"},
      {"data-ports", "Data Ports"},
      {"ip-tos", "IP TOS"},
      {"ip-version", "IP Version"},
      {"bucket-width", "Bucket Width"},
      {"flip", "Flip"},
      {"reverse", "Reverse"},
      {"traverse-nat", "Traverse NAT"},
      {"output-raw", "Raw Packets"},
  }};
  sdk::Report report;
  for (const auto& [field, label] : kRows) {
    const Json* const value = json::find(spec, field);
    if (value == nullptr) continue;
    auto text = sdk::human_value(value);
    if (field == "packet-interval" || field == "packet-timeout" || field == "bucket-width")
      text += " seconds";
    if (field == "packet-padding") text += " bytes";
    if (field == "data-ports") {
      text = fmt::format("{}-{}", json::find_integer(*value, "lower").value_or(0),
                         json::find_integer(*value, "upper").value_or(0));
    }
    report.field(label, std::move(text));
  }
  return report;
}

std::string format_latency_result(sdk::MimeType type, const Json& spec, const Json& result) {
  const std::array sections{packet_section(result), latency_section(spec, result), ttl_section(result)};
  auto raw = raw_packet_rows(result);
  if (type == sdk::MimeType::text_html) {
    sdk::Report report;
    for (const auto& section : sections) add_html(report, section);
    if (!raw.empty()) report.section(std::string(kRawTitle)).table(raw_packet_headings(), std::move(raw));
    return report.render(type);
  }
  std::string text;
  for (const auto& section : sections) text += plain(section);
  if (!raw.empty())
    text += headed(kRawTitle) + sdk::Report().table(raw_packet_headings(), std::move(raw)).render(type);
  return std::string(trim_end(text));
}

}  // namespace pscheduler::plugins
