#include "cli/monitor/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "cli/json_members.hpp"
#include "cli/text_layout.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::size_t kHeaderRows = 2;
constexpr std::size_t kFooterRows = 1;
constexpr std::size_t kStateColumns = 12;
constexpr std::string_view kTitle = "pScheduler Monitor";
constexpr std::string_view kBusy = " Fetching ";
constexpr std::string_view kKeys =
    "q quit   space refresh   f filter   arrows, PgUp, PgDn scroll   Home back";

struct StateColour {
  std::string_view state;
  Colour colour;
};

constexpr std::array kStateColours{
    StateColour{"running", Colour::green_on_black},  StateColour{"cleanup", Colour::green_on_black},
    StateColour{"overdue", Colour::white_on_red},    StateColour{"missed", Colour::white_on_red},
    StateColour{"failed", Colour::white_on_red},     StateColour{"preempted", Colour::black_on_yellow},
    StateColour{"nonstart", Colour::black_on_yellow}};

Colour colour_of(const std::string& state) {
  const auto* found = std::find_if(kStateColours.begin(), kStateColours.end(),
                                   [&](const StateColour& entry) { return entry.state == state; });
  return found == kStateColours.end() ? Colour::white_on_black : found->colour;
}

std::string test_of(const Json& run) {
  std::string text;
  if (const Json* task = member(run, "task")) {
    if (const Json* test = member(*task, "test")) text = text_or(*test, "type", "");
  }
  const Json* options = member(run, "cli");
  if (options == nullptr || !options->is_array()) return text;
  for (const auto& word : *options) text += " " + (word.is_string() ? word.get<std::string>() : word.dump());
  return text;
}

MonitorRow row_of(const Json& run) {
  MonitorRow row;
  const auto tense = json::find_integer(run, "ppf").value_or(0);
  row.tense = tense < 0 ? Tense::past : tense > 0 ? Tense::future : Tense::present;
  row.time = text_or(run, row.tense == Tense::past ? "end-time" : "start-time", "");
  if (const auto at = parse_timestamp(row.time, Zone::utc(), TimestampForm::body)) row.at = *at;
  row.state = text_or(run, "state", "");
  row.state_display = text_or(run, "state-display", row.state);
  row.test = test_of(run);
  row.priority = json::find_integer(run, "priority");
  return row;
}

// "- 0d 00:01:36": the sign of what lies ahead is a plus.
std::string delta_text(Duration from_now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(std::chrono::abs(from_now)).count();
  return fmt::format("{}{:2}d {:02}:{:02}:{:02}", from_now < Duration::zero() ? '-' : '+', seconds / 86400,
                     seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
}

std::string time_text(const MonitorSettings& settings, const MonitorRow& row, Instant now) {
  if (!settings.deltas || !row.at) return row.time;
  // Ends are served in whole seconds, rounded up: what is over may seem to end in a moment.
  if (row.tense == Tense::past && *row.at >= now) return delta_text(Duration(-1));
  return delta_text(*row.at - now);
}

std::string line_text(const MonitorSettings& settings, const MonitorRow& row, Instant now) {
  const auto priority = row.priority ? fmt::format("{:+4}", *row.priority) : std::string(4, ' ');
  return time_text(settings, row, now) + " " + priority + " " + pad(row.state_display, kStateColumns) + " " +
         row.test;
}

// `text` in the middle of the columns.
std::string centred(std::string_view text, std::size_t columns) {
  const auto length = columns_of(text);
  return std::string(length < columns ? (columns - length) / 2 : 0, ' ') + std::string(text);
}

// The time, the title and the host; what finds no room is left out, the host first.
std::string top_line(const MonitorSettings& settings, const MonitorView& view, std::size_t columns,
                     Instant now) {
  std::string line = format_timestamp_z(now);
  const auto title = centred(kTitle, columns);
  const auto title_at = title.size() - kTitle.size();
  if (title_at > line.size()) line = pad(line, title_at) + std::string(kTitle);
  const std::string right = view.busy ? std::string(kBusy) : settings.host;
  const auto right_columns = columns_of(right);
  if (columns_of(line) + 1 + right_columns <= columns) line = pad(line, columns - right_columns) + right;
  return fit(line, columns);
}

std::string bottom_line(const MonitorView& view, std::size_t shown, std::size_t all) {
  if (view.typing) return "Filter: " + view.filter + "_";
  std::string line;
  if (!view.filter.empty()) line = "Filter: " + view.filter + " (f to change)   ";
  if (shown < all) line += fmt::format("{} of {} runs   ", shown, all);
  return line + std::string(kKeys);
}

std::vector<const MonitorRow*> filtered(const MonitorView& view) {
  std::vector<const MonitorRow*> rows;
  const auto wanted = to_lower(view.filter);
  for (const auto& row : view.rows) {
    if (wanted.empty() || to_lower(row.state_display + " " + row.test).find(wanted) != std::string::npos) {
      rows.push_back(&row);
    }
  }
  return rows;
}

std::size_t count_of(const std::vector<const MonitorRow*>& rows, Tense tense) {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](const auto* row) { return row->tense == tense; }));
}

// Where the view rests: what runs now is there in any case; of the room that is left, past runs get their
// share.
std::size_t resting_place(const MonitorSettings& settings, const std::vector<const MonitorRow*>& rows,
                          std::size_t room) {
  const auto past = count_of(rows, Tense::past);
  const auto present = std::min(count_of(rows, Tense::present), room);
  const auto share = (room - present) * settings.past_percent / 100;
  return past - std::min(past, share);
}

ScreenLine run_line(const MonitorSettings& settings, const MonitorRow& row, bool underlined,
                    std::size_t columns, Instant now) {
  ScreenLine line;
  line.text = fit(line_text(settings, row, now), columns);
  line.colour = settings.colours ? colour_of(row.state) : Colour::plain;
  line.underlined = underlined;
  return line;
}

}  // namespace

Result<std::vector<MonitorRow>> monitor_rows(const Json& answer) {
  if (!answer.is_array()) return fail(Errc::invalid_argument, "the answer is no list of runs");
  std::vector<MonitorRow> rows;
  for (const auto& run : answer) {
    if (!run.is_object())
      return fail(Errc::invalid_argument, "the answer has something among its runs that is none");
    rows.push_back(row_of(run));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& one, const auto& other) {
    return one.tense != other.tense ? one.tense < other.tense : one.at < other.at;
  });
  return rows;
}

std::size_t monitor_room(ScreenSize size) {
  return size.rows > kHeaderRows + kFooterRows ? size.rows - kHeaderRows - kFooterRows : 0;
}

std::vector<ScreenLine> monitor_screen(const MonitorSettings& settings, MonitorView& view, ScreenSize size,
                                       Instant now) {
  std::vector<ScreenLine> lines;
  lines.push_back({top_line(settings, view, size.columns, now), Colour::plain, false});
  lines.push_back({std::string(size.columns, '-'), Colour::plain, false});
  const auto rows = filtered(view);
  const auto room = monitor_room(size);
  const auto rest = static_cast<std::ptrdiff_t>(resting_place(settings, rows, room));
  const auto last = rows.size() > room ? static_cast<std::ptrdiff_t>(rows.size() - room) : 0;
  const auto lowest = std::max(rest, last);  // where it rests there may be room left below
  const auto first = std::clamp<std::ptrdiff_t>(rest + view.scrolled, 0, lowest);
  view.scrolled = first - rest;

  const auto begin = static_cast<std::size_t>(first);
  const auto end = std::min(rows.size(), begin + room);
  for (std::size_t at = begin; at < end; ++at) {
    const bool border = at + 1 < rows.size() && rows[at]->tense != rows[at + 1]->tense;
    lines.push_back(run_line(settings, *rows[at], border, size.columns, now));
  }
  const std::string notice =
      !view.notice.empty() ? view.notice
      : rows.empty()
          ? "Nothing is scheduled" + std::string(view.filter.empty() ? "" : " that fits the filter")
          : "";
  lines.resize(std::max(lines.size(), size.rows - std::min(size.rows, kFooterRows)));
  if (!notice.empty() && room > 0) {
    auto& line = lines[std::min(lines.size() - 1, kHeaderRows + room / 2)];
    line = {fit(centred(notice, size.columns), size.columns), Colour::plain, false};
  }
  lines.push_back({fit(bottom_line(view, end - begin, rows.size()), size.columns), Colour::plain, false});
  lines.resize(std::min(lines.size(), size.rows));
  return lines;
}

}  // namespace pscheduler::cli
