#include "cli/text_layout.hpp"

#include <algorithm>

#include "pscheduler/base/text.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::string_view kPlainInShell =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_";

// Continuation bytes of UTF-8 take no column.
bool begins_character(char c) {
  return (c & 0xC0) != 0x80;
}

}  // namespace

std::string wrap(std::string_view text, std::size_t width, std::size_t hang) {
  std::string wrapped;
  std::size_t column = 0;
  for (const auto word : split(text, ' ')) {
    if (word.empty()) continue;
    const auto length = columns_of(word);
    if (wrapped.empty()) {
      wrapped = word;
      column = length;
    } else if (column + 1 + length <= width) {
      wrapped.append(1, ' ').append(word);
      column += 1 + length;
    } else {
      wrapped.append(1, '\n').append(hang, ' ').append(word);
      column = hang + length;
    }
  }
  return wrapped;
}

std::string indent(std::string_view text, std::size_t columns) {
  std::string indented;
  for (const auto line : split(text, '\n')) {
    if (!line.empty()) indented.append(columns, ' ').append(line);
    indented += '\n';
  }
  indented.pop_back();
  return indented;
}

std::string shell_quote(const std::string& word) {
  if (!word.empty() && word.find_first_not_of(kPlainInShell) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\"'\"'";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string shell_quote(const std::vector<std::string>& words) {
  std::vector<std::string> quoted;
  quoted.reserve(words.size());
  for (const auto& word : words) quoted.push_back(shell_quote(word));
  return join(quoted, " ");
}

std::string in_columns(const std::vector<std::string>& names, std::size_t columns, std::size_t page_width,
                       std::size_t margin) {
  std::size_t width = page_width / columns;
  for (const auto& name : names) width = std::max(width, name.size() + 1);
  const std::size_t rows = (names.size() + columns - 1) / columns;
  std::string page;
  for (std::size_t row = 0; row < rows; ++row) {
    std::string line(margin, ' ');
    for (std::size_t at = row; at < names.size(); at += rows) line += pad(names[at], width);
    page.append(trim_end(line)).append(1, '\n');
  }
  return page;
}

std::string enumerate(const std::vector<std::string>& names) {
  if (names.size() < 2) return join(names, "");
  if (names.size() == 2) return names[0] + " and " + names[1];
  const std::vector<std::string> all_but_last(names.begin(), names.end() - 1);
  return join(all_but_last, ", ") + ", and " + names.back();
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string fit(std::string_view text, std::size_t columns) {
  std::string line;
  std::size_t column = 0;
  const bool too_long = columns_of(text) > columns;
  for (const char c : text) {
    if (begins_character(c) && column++ == columns - (too_long ? 1 : 0)) break;
    const auto byte = static_cast<unsigned char>(c);
    line.append(1, byte < 0x20 || byte == 0x7F ? '?' : c);
  }
  return too_long ? (columns > 0 ? line + "+" : "") : pad(line, columns);
}

std::string pad(std::string_view text, std::size_t width) {
  std::string padded(text);
  const auto columns = columns_of(text);
  if (columns < width) padded.append(width - columns, ' ');
  return padded;
}

}  // namespace pscheduler::cli
