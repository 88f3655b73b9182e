#include "shared/iperf2_lines.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "pscheduler/base/text.hpp"
#include "shared/line_words.hpp"

namespace pscheduler::plugins {
namespace {

// "0.0000-1.0000"
bool read_times(std::string_view word, Iperf2Line& line) {
  const auto dash = word.find('-');
  if (dash == std::string_view::npos) return false;
  const auto start = number_in<double>(word.substr(0, dash));
  const auto end = number_in<double>(word.substr(dash + 1));
  if (!start || !end) return false;
  line.start = *start;
  line.end = *end;
  return true;
}

// "bits/sec", "Mbits/sec"
std::optional<double> bits_of(std::string_view unit) {
  constexpr std::string_view kPrefixes = "KMGTP";
  constexpr double kKilo = 1000;
  if (unit == "bits/sec") return 1;
  const auto prefix = unit.empty() ? std::string_view::npos : kPrefixes.find(unit.front());
  if (prefix == std::string_view::npos || unit.substr(1) != "bits/sec") return std::nullopt;
  double bits = kKilo;
  for (std::size_t i = 0; i < prefix; ++i) bits *= kKilo;
  return bits;
}

// "2941K/30(40)": congestion window and round trip time.
void read_window(std::string_view word, Json& datum) {
  constexpr std::int64_t kKilo = 1000;
  const auto unit = word.find("K/");
  if (unit == std::string_view::npos) return;
  if (const auto window = number_in<std::int64_t>(word.substr(0, unit)))
    datum["tcp-window-size"] = *window * kKilo;
  const auto rest = word.substr(unit + 2);
  if (const auto rtt = number_in<double>(rest.substr(0, rest.find('(')))) datum["rtt"] = *rtt;
}

// "0.005 ms 0/259 (0%)": what a receiver of UDP tells.
void read_losses(const std::vector<std::string_view>& words, Json& datum) {
  if (const auto jitter = number_in<double>(words[0])) datum["jitter"] = *jitter;
  const auto slash = words[2].find('/');
  if (slash == std::string_view::npos) return;
  if (const auto lost = number_in<std::int64_t>(words[2].substr(0, slash))) datum["lost"] = *lost;
  if (const auto all = number_in<std::int64_t>(words[2].substr(slash + 1))) datum["sent"] = *all;
}

void read_rest(const std::vector<std::string_view>& words, Json& datum) {
  constexpr std::size_t kForLosses = 3;
  if (words.size() >= kForLosses && words[1] == "ms") {
    read_losses(words, datum);
    return;
  }
  if (words.size() < 2 || words[0].find('/') == std::string_view::npos) return;
  if (words.size() >= 3 && words[2] == "pps") {
    if (const auto writes = number_in<std::int64_t>(words[0].substr(0, words[0].find('/'))))
      datum["sent"] = *writes;
    return;
  }
  if (const auto retries = number_in<std::int64_t>(words[1])) datum["retransmits"] = *retries;
  if (words.size() >= 3) read_window(words[2], datum);
}

}  // namespace

std::optional<Iperf2Line> parse_iperf2_line(std::string_view text) {
  const auto bracket = text.find(']');
  if (!text.starts_with('[') || bracket == std::string_view::npos) return std::nullopt;
  Iperf2Line line;
  line.id = trim(text.substr(1, bracket - 1));
  if (line.id.starts_with('*')) line.id.erase(0, 1);
  if (line.id.starts_with("SUM")) line.id = "SUM";
  auto words = words_of(text.substr(bracket + 1));
  std::string times;
  if (words.size() > 1 && words[0].ends_with('-')) {  // " 0.0- 2.0" of version 2.0
    times = std::string(words[0]).append(words[1]);
    words.erase(words.begin());
    words[0] = times;
  }
  constexpr std::size_t kRest = 6;
  if (words.size() < kRest || words[1] != "sec" || !words[3].ends_with("Bytes")) return std::nullopt;
  const auto rate = number_in<double>(words[4]);
  const auto unit = bits_of(words[5]);
  if (!read_times(words[0], line) || !rate || !unit) return std::nullopt;
  const double bits = *rate * *unit;
  line.datum = {
      {"start", line.start}, {"end", line.end}, {"throughput-bits", bits}, {"throughput-bytes", bits / 8.0}};
  if (line.id != "SUM") line.datum["stream-id"] = line.id;
  read_rest({words.begin() + kRest, words.end()}, line.datum);
  return line;
}

}  // namespace pscheduler::plugins
