#include "shared/iperf2_output.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "shared/iperf2_lines.hpp"

namespace pscheduler::plugins {
namespace {

// Lines that belong together: an interval, or the summary.
struct Group {
  double start = 0;
  double end = 0;
  std::vector<Iperf2Line> streams;
  std::optional<Iperf2Line> sum;

  [[nodiscard]] bool has(const std::string& id) const {
    if (id == "SUM") return sum.has_value();
    return std::ranges::any_of(streams, [&](const Iperf2Line& line) { return line.id == id; });
  }
  void add(Iperf2Line line) {
    if (line.id == "SUM") {
      sum = std::move(line);
    } else {
      streams.push_back(std::move(line));
    }
  }
};

Json period_of(const Group& group) {
  Json streams = Json::array();
  for (const auto& line : group.streams) streams.push_back(line.datum);
  Json summary = Json::object();
  if (group.sum) {
    summary = group.sum->datum;
  } else if (!group.streams.empty()) {
    summary = group.streams.front().datum;
    summary.erase("stream-id");
  }
  return {{"streams", std::move(streams)}, {"summary", std::move(summary)}};
}

// The number after the words, wherever they are in the line.
std::optional<std::int64_t> number_after(std::string_view line, std::string_view words) {
  const auto at = line.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  const auto rest = line.substr(at + words.size());
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  return error == std::errc{} ? std::optional(number) : std::nullopt;
}

class Reader {
 public:
  void read(std::string_view text) {
    // "[  1] Server Report:" announces what the receiver tells of that stream.
    if (text.find("Server Report:") != std::string_view::npos) {
      next_is_report_ = true;
      return;
    }
    read_sizes(text);
    auto line = parse_iperf2_line(text);
    if (!line) return;
    if (next_is_report_) {
      next_is_report_ = false;
      reports_.push_back(std::move(*line));
    } else {
      place(std::move(*line));
    }
  }

  [[nodiscard]] Iperf2Output output() {
    if (intervals_.empty()) return {};
    if (!summary_) summary_ = intervals_.size() == 1 ? intervals_.front() : whole();
    Json measured = sizes_;
    measured["intervals"] = Json::array();
    for (const auto& group : intervals_) measured["intervals"].push_back(period_of(group));
    measured["summary"] = period_of(*summary_);
    add_reports(measured["summary"]);
    // A measurement without intervals is its own.
    if (intervals_.size() == 1)
      measured["intervals"][0] =
          intervals_.front().end == summary_->end ? measured["summary"] : measured["intervals"][0];
    return {std::move(measured), !reports_.empty()};
  }

 private:
  void read_sizes(std::string_view line) {
    constexpr std::string_view kMss = "icwnd/mss/irtt=";
    if (const auto at = line.find(kMss); at != std::string_view::npos && !sizes_.contains("mss")) {
      const auto rest = line.substr(at + kMss.size());
      if (const auto mss = number_after(rest, "/")) sizes_["mss"] = *mss;
    }
    if (const auto window = number_after(line, "TCP window size: ")) sizes_["tcp-window-size"] = *window;
    if (!line.starts_with("TCP window size")) return;
    if (const auto requested = number_after(line, "requested "))
      sizes_["requested-tcp-window-size"] = *requested;
  }

  // The summary begins where time goes back, or where the first interval comes again as a whole.
  void place(Iperf2Line line) {
    if (summary_) {
      summary_->add(std::move(line));
      return;
    }
    const bool fits =
        !intervals_.empty() && line.start == intervals_.back().start && !intervals_.back().has(line.id);
    if (!fits) {
      Group group{line.start, line.end, {}, {}};
      if (!intervals_.empty() && line.start <= intervals_.back().start) {
        group.end = intervals_.back().end;
        summary_ = std::move(group);
        summary_->add(std::move(line));
        return;
      }
      intervals_.push_back(std::move(group));
    }
    intervals_.back().add(std::move(line));
  }

  // Where a summary is lacking, because the program was ended: what the intervals say of the whole.
  [[nodiscard]] Group whole() const {
    Group group = intervals_.back();
    double bits = 0;
    for (const auto& interval : intervals_) {
      const auto period = period_of(interval);
      bits += json::find_number(period["summary"], "throughput-bits").value_or(0) *
              (interval.end - interval.start);
    }
    const double length = group.end - intervals_.front().start;
    Iperf2Line sum{"SUM", intervals_.front().start, group.end, Json::object()};
    const double rate = length > 0 ? bits / length : 0;
    sum.datum = {
        {"start", sum.start}, {"end", sum.end}, {"throughput-bits", rate}, {"throughput-bytes", rate / 8.0}};
    group.streams.clear();
    group.sum = std::move(sum);
    return group;
  }

  static void add_report(Json& datum, const Json& report) {
    for (const auto& [into, from] : std::initializer_list<std::pair<const char*, const char*>>{
             {"lost", "lost"}, {"jitter", "jitter"}, {"receiver-throughput-bits", "throughput-bits"}}) {
      if (report.contains(from)) datum[into] = report[from];
    }
  }

  void add_reports(Json& summary) const {
    if (reports_.empty()) return;
    std::int64_t lost = 0;
    double jitter = 0;
    double rate = 0;
    for (const auto& report : reports_) {
      for (auto& stream : summary["streams"]) {
        if (stream["stream-id"] == report.id) add_report(stream, report.datum);
      }
      lost += json::find_integer(report.datum, "lost").value_or(0);
      jitter += json::find_number(report.datum, "jitter").value_or(0);
      rate += json::find_number(report.datum, "throughput-bits").value_or(0);
    }
    add_report(summary["summary"], {{"lost", lost},
                                    {"jitter", jitter / static_cast<double>(reports_.size())},
                                    {"throughput-bits", rate}});
  }

  Json sizes_ = Json::object();
  std::vector<Group> intervals_;
  std::optional<Group> summary_;
  std::vector<Iperf2Line> reports_;
  bool next_is_report_ = false;
};

}  // namespace

Iperf2Output parse_iperf2_output(std::string_view text) {
  Reader reader;
  for (const auto line : split(text, '\n')) reader.read(line);
  return reader.output();
}

}  // namespace pscheduler::plugins
