#include "throughput_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "throughput_units.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::string_view kNotReported = "Not Reported";

const Json& none() {
  static const Json empty = Json::array();
  return empty;
}

const Json& list_in(const Json& object, std::string_view name) {
  const Json* const list = json::find_array(object, name);
  return list == nullptr ? none() : *list;
}

bool is_omitted(const Json& datum) {
  return json::find_bool(datum, "omitted").value_or(false);
}

std::string stream_name(const Json& datum) {
  if (const auto number = json::find_integer(datum, "stream-id")) return std::to_string(*number);
  return json::find_string(datum, "stream-id").value_or("1");
}

std::string interval_text(const Json& datum) {
  const auto start = json::find_number(datum, "start");
  const auto end = json::find_number(datum, "end");
  return start && end ? fmt::format("{:.1f} - {:.1f}", *start, *end) : std::string(kNotReported);
}

std::string rate_in(const Json& datum, std::string_view name) {
  const auto rate = json::find_number(datum, name);
  return rate ? rate_text(*rate) : std::string(kNotReported);
}

std::string count_in(const Json& datum, std::string_view name) {
  const auto count = json::find_integer(datum, name);
  return count ? std::to_string(*count) : std::string(kNotReported);
}

std::string packets_text(const Json& datum) {
  const auto sent = json::find_integer(datum, "sent");
  const auto lost = json::find_integer(datum, "lost");
  if (!sent) return std::string(kNotReported);
  if (!lost) return fmt::format("{} sent", *sent);
  const double share = *sent > 0 ? 100.0 * static_cast<double>(*lost) / static_cast<double>(*sent) : 0.0;
  return fmt::format("{} / {} ({:.2f}%)", *lost, *sent, share);
}

std::string milliseconds_text(std::optional<double> ms) {
  return ms ? fmt::format("{:.3f} ms", *ms) : std::string(kNotReported);
}

// Which columns the data of one table fill.
class Columns {
 public:
  Columns(bool is_udp, bool is_summary, const std::vector<const Json*>& data)
      : is_udp_(is_udp), is_summary_(is_summary) {
    const auto any = [&](std::string_view name) {
      return std::ranges::any_of(
          data, [&](const Json* datum) { return json::find_number(*datum, name).has_value(); });
    };
    has_window_ = !is_udp && !is_summary && any("tcp-window-size");
    has_receiver_ = any("receiver-throughput-bits");
    has_jitter_ = any("jitter");
    has_rtt_ = !is_udp && any("rtt");
    has_omitted_ = std::ranges::any_of(data, [](const Json* datum) { return is_omitted(*datum); });
  }

  [[nodiscard]] std::vector<std::string> headings(bool with_stream) const {
    std::vector<std::string> row{"Interval", "Throughput", is_udp_ ? "Lost / Sent" : "Retransmits"};
    if (with_stream) row.insert(row.begin(), "Stream ID");
    if (has_window_) row.emplace_back("Current Window");
    if (has_rtt_) row.emplace_back("RTT");
    if (has_receiver_) row.emplace_back(is_summary_ ? "Receiver Throughput" : "Received");
    if (has_jitter_) row.emplace_back("Jitter");
    if (has_omitted_) row.emplace_back("");
    return row;
  }

  [[nodiscard]] std::vector<std::string> row(const Json& datum) const {
    std::vector<std::string> cells{interval_text(datum), rate_in(datum, "throughput-bits"),
                                   is_udp_ ? packets_text(datum) : count_in(datum, "retransmits")};
    if (has_window_) {
      const auto window = json::find_number(datum, "tcp-window-size");
      cells.push_back(window ? bytes_text(*window) : std::string(kNotReported));
    }
    if (has_rtt_) {
      const auto us = json::find_number(datum, "rtt");
      cells.push_back(milliseconds_text(us ? std::optional(*us / 1000.0) : std::nullopt));
    }
    if (has_receiver_) cells.push_back(rate_in(datum, "receiver-throughput-bits"));
    if (has_jitter_) cells.push_back(milliseconds_text(json::find_number(datum, "jitter")));
    if (has_omitted_) cells.emplace_back(is_omitted(datum) ? "(omitted)" : "");
    return cells;
  }

 private:
  bool is_udp_;
  bool is_summary_;
  bool has_window_ = false;
  bool has_receiver_ = false;
  bool has_jitter_ = false;
  bool has_rtt_ = false;
  bool has_omitted_ = false;
};

// The names of all streams, in the order in which they come.
std::vector<std::string> stream_names(const Json& result, const Json& summary) {
  std::vector<std::string> names;
  const auto take = [&](const Json& period) {
    for (const auto& datum : list_in(period, "streams")) {
      auto name = stream_name(datum);
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
  };
  for (const auto& period : list_in(result, "intervals")) take(period);
  take(summary);
  return names;
}

// What each interval says of one stream, or of all of them together; omitted ones first, then as they began.
std::vector<const Json*> over_time(const Json& result, const std::optional<std::string>& stream) {
  std::vector<const Json*> data;
  for (const auto& period : list_in(result, "intervals")) {
    if (!stream) {
      if (const Json* const sum = json::find_object(period, "summary")) data.push_back(sum);
      continue;
    }
    for (const auto& datum : list_in(period, "streams")) {
      if (stream_name(datum) == *stream) data.push_back(&datum);
    }
  }
  std::ranges::stable_sort(data, [](const Json* a, const Json* b) {
    if (is_omitted(*a) != is_omitted(*b)) return is_omitted(*a);
    return json::find_number(*a, "start").value_or(0) < json::find_number(*b, "start").value_or(0);
  });
  return data;
}

ThroughputTable table_over_time(std::string title, bool is_udp, const std::vector<const Json*>& data) {
  const Columns columns(is_udp, false, data);
  ThroughputTable table{std::move(title), columns.headings(false), {}};
  for (const auto* datum : data) table.rows.push_back(columns.row(*datum));
  return table;
}

ThroughputTable summary_table(bool is_udp, const Json& summary, bool with_streams) {
  const Json* const sum = json::find_object(summary, "summary");
  const Json empty = Json::object();
  std::vector<const Json*> data;
  for (const auto& datum : list_in(summary, "streams")) data.push_back(&datum);
  if (!with_streams) data.clear();
  const auto streams = data.size();
  data.push_back(sum == nullptr ? &empty : sum);
  const Columns columns(is_udp, true, data);
  ThroughputTable table{"Summary", columns.headings(with_streams), {}};
  for (std::size_t i = 0; i < data.size(); ++i) {
    auto row = columns.row(*data[i]);
    if (with_streams) row.insert(row.begin(), i < streams ? stream_name(*data[i]) : "All");
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

std::vector<ThroughputTable> throughput_tables(bool is_udp, const Json& result) {
  const Json* const found = json::find_object(result, "summary");
  const Json& summary = found == nullptr ? none() : *found;
  const auto names = stream_names(result, summary);
  std::vector<ThroughputTable> tables;
  for (const auto& name : names) {
    const auto data = over_time(result, name);
    if (!data.empty()) tables.push_back(table_over_time(fmt::format("* Stream ID {}", name), is_udp, data));
  }
  if (names.size() > 1) {
    const auto data = over_time(result, std::nullopt);
    if (!data.empty()) tables.push_back(table_over_time("* All Streams", is_udp, data));
  }
  tables.push_back(summary_table(is_udp, summary, names.size() > 1));
  return tables;
}

std::string plain_table(const ThroughputTable& table) {
  constexpr std::size_t kWidth = 15;  // of a column, and more where a cell needs it
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < table.headings.size(); ++i) {
    std::size_t width = std::max(kWidth, table.headings[i].size() + 1);
    for (const auto& row : table.rows) width = std::max(width, row[i].size() + 1);
    widths.push_back(width);
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) text += fmt::format("{:<{}}", cells[i], widths[i]);
    return std::string(trim_end(text)) + "\n";
  };
  std::string text = table.title + "\n" + line(table.headings);
  for (const auto& row : table.rows) text += line(row);
  return text;
}

}  // namespace pscheduler::plugins
