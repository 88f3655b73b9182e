#include "nuttcp_output.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/base/text.hpp"
#include "shared/line_words.hpp"

namespace pscheduler::plugins {
namespace {

// "Mbps" is a million.
std::optional<double> unit_in(std::string_view word, std::string_view end, double base) {
  if (!word.ends_with(end)) return std::nullopt;
  word.remove_suffix(end.size());
  if (word.empty()) return 1.0;
  constexpr std::string_view kPrefixes = "KMGT";
  const auto at = kPrefixes.find(word.front());
  if (word.size() != 1 || at == std::string_view::npos) return std::nullopt;
  return std::pow(base, static_cast<double>(at + 1));
}

struct Line {
  double seconds = 0;
  bool is_summary = false;
  Json datum;
};

// What follows the rate: each number is before its unit.
void read_rest(const std::vector<std::string_view>& words, std::size_t from, Line& line) {
  for (std::size_t i = from; i < words.size(); ++i) {
    auto unit = words[i];
    if (unit.starts_with('~')) unit.remove_prefix(1);
    if (unit == "%TX") line.is_summary = true;
    const auto value = words[i - 1];
    if (unit == "retrans") {
      if (const auto count = number_in<std::int64_t>(value)) line.datum["retransmits"] = *count;
    } else if (const auto bytes = unit_in(unit, "B-cwnd", 1024.0)) {
      if (const auto size = number_in<double>(value))
        line.datum["tcp-window-size"] = std::llround(*size * *bytes);
    } else if (unit == "msRTT") {
      if (const auto ms = number_in<double>(value)) line.datum["rtt"] = *ms * 1000.0;
    } else if (unit.starts_with("ms") && unit.ends_with("Jitter")) {
      if (const auto ms = number_in<double>(value)) line.datum["jitter"] = *ms;
    } else if (unit == "drop/pkt" && i >= from + 3) {
      if (const auto lost = number_in<std::int64_t>(words[i - 3])) line.datum["lost"] = *lost;
      if (const auto sent = number_in<std::int64_t>(value)) line.datum["sent"] = *sent;
    }
  }
}

// "6292.5000 MB /   1.00 sec = 52783.4156 Mbps     0 retrans    512 KB-cwnd"
std::optional<Line> parse_line(std::string_view text) {
  constexpr std::size_t kRest = 8;
  const auto words = words_of(text);
  if (words.size() < kRest || words[2] != "/" || words[4] != "sec" || words[5] != "=") return std::nullopt;
  const auto seconds = number_in<double>(words[3]);
  const auto rate = number_in<double>(words[6]);
  const auto unit = unit_in(words[7], "bps", 1000.0);
  if (!seconds || !rate || !unit) return std::nullopt;
  Line line;
  line.seconds = *seconds;
  line.datum = {
      {"stream-id", 1}, {"throughput-bits", *rate * *unit}, {"throughput-bytes", *rate * *unit / 8.0}};
  read_rest(words, kRest, line);
  return line;
}

// Sums of a hundredth of a second, without the noise of binary fractions.
double hundredths(double seconds) {
  return std::round(seconds * 100.0) / 100.0;
}

Json period(Json datum, double start, double end) {
  datum["start"] = hundredths(start);
  datum["end"] = hundredths(end);
  return {{"streams", {datum}}, {"summary", datum}};
}

}  // namespace

Json parse_nuttcp_output(std::string_view text) {
  Json intervals = Json::array();
  Json summary;
  double at = 0;
  for (const auto raw : split(text, '\n')) {
    const auto line = parse_line(trim(raw));
    if (!line) continue;
    // A client whose server is lost prints a summary of no time.
    if (line->is_summary && line->seconds <= 0) return Json();
    if (line->is_summary) {
      summary = period(line->datum, 0, line->seconds);
      continue;
    }
    intervals.push_back(period(line->datum, at, at + line->seconds));
    at += line->seconds;
  }
  if (summary.is_null()) return Json();
  if (intervals.empty()) intervals.push_back(summary);
  return {{"intervals", std::move(intervals)}, {"summary", std::move(summary)}};
}

}  // namespace pscheduler::plugins
