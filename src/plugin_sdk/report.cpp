#include "pscheduler/plugin_sdk/report.hpp"

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/time/iso8601.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace pscheduler::sdk {
namespace {

constexpr std::size_t kDotsMin = 3;  // between a label and its value

std::string text_fields(const std::vector<std::pair<std::string, std::string>>& fields,
                        std::string_view indent) {
  std::size_t longest = 0;
  for (const auto& [label, value] : fields) longest = std::max(longest, label.size());
  std::string text;
  for (const auto& [label, value] : fields) {
    const std::string dots(longest - label.size() + kDotsMin, '.');
    const std::string margin(indent.size() + longest + kDotsMin + 2, ' ');
    text += fmt::format("{}{} {} ", indent, label, dots);
    bool first = true;
    for (const auto line : split(value, '\n')) {
      text += fmt::format("{}{}\n", first ? "" : margin, line);
      first = false;
    }
  }
  return text;
}

std::string text_table(const std::vector<std::string>& headings,
                       const std::vector<std::vector<std::string>>& rows, std::string_view indent) {
  std::vector<std::size_t> widths;
  for (const auto& heading : headings) widths.push_back(heading.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  const auto print = [&](const std::vector<std::string>& cells) {
    std::string line(indent);
    for (std::size_t i = 0; i < std::min(cells.size(), widths.size()); ++i) {
      line += fmt::format("{:<{}}  ", cells[i], widths[i]);
    }
    text += fmt::format("{}\n", trim_end(line));
  };
  print(headings);
  for (const auto& row : rows) print(row);
  return text;
}

std::string html_lines(std::string_view text) {
  std::string html;
  for (const auto line : split(text, '\n')) {
    if (!html.empty()) html += "<br>\n";
    html += escape_html(line);
  }
  return html;
}

std::string html_table(const std::vector<std::string>& headings,
                       const std::vector<std::vector<std::string>>& rows) {
  std::string html = "<table>\n<thead><tr>";
  for (const auto& heading : headings) html += fmt::format("<th>{}</th>", escape_html(heading));
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows) {
    html += "<tr>";
    for (const auto& cell : row) html += fmt::format("<td>{}</td>", html_lines(cell));
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table>\n";
}

std::string html_fields(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string html = "<table>\n";
  for (const auto& [label, value] : fields) {
    html += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escape_html(label), html_lines(value));
  }
  return html + "</table>\n";
}

}  // namespace

std::optional<MimeType> parse_mime_type(std::string_view name) {
  if (name == "text/plain") return MimeType::text_plain;
  if (name == "text/html") return MimeType::text_html;
  return std::nullopt;
}

Report& Report::line(std::string text) {
  blocks_.push_back({Kind::line, inside_section_, std::move(text), {}, {}, {}});
  return *this;
}

Report& Report::field(std::string_view label, std::string value) {
  if (blocks_.empty() || blocks_.back().kind != Kind::fields || blocks_.back().indented != inside_section_) {
    blocks_.push_back({Kind::fields, inside_section_, {}, {}, {}, {}});
  }
  blocks_.back().fields.emplace_back(label, std::move(value));
  return *this;
}

Report& Report::section(std::string title) {
  blocks_.push_back({Kind::section, false, std::move(title), {}, {}, {}});
  inside_section_ = true;
  return *this;
}

Report& Report::close() {
  inside_section_ = false;
  return *this;
}

Report& Report::table(std::vector<std::string> headings, std::vector<std::vector<std::string>> rows) {
  blocks_.push_back({Kind::table, inside_section_, {}, {}, std::move(headings), std::move(rows)});
  return *this;
}

std::string Report::render(MimeType type) const {
  auto text = type == MimeType::text_html ? render_html() : render_text();
  text.resize(trim_end(text).size());
  return text;
}

std::string Report::render_text() const {
  std::string text;
  bool after_section = false;
  for (const auto& block : blocks_) {
    // A blank line sets sections, tables and what follows a section apart.
    const bool leaves_section = after_section && !block.indented;
    if (!text.empty() && (block.kind == Kind::section || block.kind == Kind::table || leaves_section))
      text += '\n';
    const std::string_view indent = block.indented ? "  " : "";
    switch (block.kind) {
      case Kind::line:
        for (const auto line : split(block.text, '\n')) {
          text += fmt::format("{}{}\n", line.empty() ? "" : indent, line);
        }
        break;
      case Kind::fields:
        text += text_fields(block.fields, indent);
        break;
      case Kind::section:
        text += fmt::format("{}:\n", block.text);
        break;
      case Kind::table:
        text += text_table(block.headings, block.rows, indent);
        break;
    }
    after_section = block.kind == Kind::section || block.indented;
  }
  return text;
}

std::string Report::render_html() const {
  std::string html;
  for (const auto& block : blocks_) {
    switch (block.kind) {
      case Kind::line:
        html += fmt::format("<p>{}</p>\n", html_lines(block.text));
        break;
      case Kind::fields:
        html += html_fields(block.fields);
        break;
      case Kind::section:
        html += fmt::format("<h4>{}</h4>\n", escape_html(block.text));
        break;
      case Kind::table:
        html += html_table(block.headings, block.rows);
        break;
    }
  }
  return html;
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string human_duration(Duration length) {
  struct Unit {
    std::int64_t us;
    std::string_view name;
  };
  static constexpr std::array kUnits{Unit{86'400'000'000, "day"}, Unit{3'600'000'000, "hour"},
                                     Unit{60'000'000, "minute"}};
  std::int64_t left = length.count();
  if (left > 0 && left < 1'000) return fmt::format("{} microseconds", left);
  if (left > 0 && left < 1'000'000) return fmt::format("{} milliseconds", static_cast<double>(left) / 1e3);
  std::vector<std::string> parts;
  for (const auto& unit : kUnits) {
    const auto count = left / unit.us;
    left %= unit.us;
    if (count != 0) parts.push_back(fmt::format("{} {}{}", count, unit.name, count == 1 ? "" : "s"));
  }
  if (left != 0 || parts.empty()) {
    parts.push_back(
        fmt::format("{} second{}", static_cast<double>(left) / 1e6, left == 1'000'000 ? "" : "s"));
  }
  return join(parts, " ");
}

std::string human_duration(std::string_view iso8601) {
  const auto length = parse_duration(iso8601);
  return length ? human_duration(*length) : std::string(iso8601);
}

std::string human_value(const Json* value) {
  if (value == nullptr) return "Not Specified";
  if (value->is_boolean()) return value->get<bool>() ? "True" : "False";
  if (value->is_string()) return value->get<std::string>();
  return json::to_compact(*value);
}

}  // namespace pscheduler::sdk
