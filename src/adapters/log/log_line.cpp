#include "adapters/log/log_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/log/redact.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::adapters {
namespace {

// Values without these need no quotes: "2 s" does, 127.0.0.1:8443 does not.
bool is_plain(std::string_view text) {
  const auto plain = [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\'; };
  return !text.empty() && std::all_of(text.begin(), text.end(), plain);
}

void append_quoted(std::string& line, std::string_view text) {
  line += '"';
  for (const char c : excerpt(text, kLogValueBytesMax)) {
    if (c == '"') line += '\\';
    line += c;
  }
  line += '"';
}

void append_text(std::string& line, std::string_view text) {
  if (is_plain(text) && text.size() <= kLogValueBytesMax) {
    line += text;
  } else {
    append_quoted(line, text);
  }
}

struct ValueAppender {
  std::string& line;

  void operator()(std::int64_t value) const { fmt::format_to(std::back_inserter(line), "{}", value); }
  void operator()(double value) const { fmt::format_to(std::back_inserter(line), "{}", value); }
  void operator()(bool value) const { line += value ? "true" : "false"; }
  void operator()(const std::string& value) const { append_text(line, without_url_secrets(value)); }
  void operator()(const Json* value) const {
    if (value == nullptr) {
      line += "null";
      return;
    }
    Json shown = *value;
    hide_secrets(shown);
    line += excerpt(json::to_compact(shown), kLogValueBytesMax);
  }
};

}  // namespace

std::string_view level_name(ports::Level level) {
  switch (level) {
    case ports::Level::debug:
      return "DEBUG";
    case ports::Level::info:
      return "INFO";
    case ports::Level::warning:
      return "WARNING";
    case ports::Level::error:
      return "ERROR";
  }
  return "ERROR";
}

std::string log_line(const ports::Message& message, std::initializer_list<ports::Field> fields) {
  auto line = fmt::format("{} {} \"{}\"", level_name(message.level), message.id, message.text);
  for (const auto& field : fields) {
    const auto before = line.size();
    fmt::format_to(std::back_inserter(line), " {}=", field.name);
    if (is_secret_name(field.name)) {
      line += "***";
    } else {
      std::visit(ValueAppender{line}, field.value);
    }
    if (line.size() > kLogLineBytesMax) {
      line.resize(before);
      line += " …";
      break;
    }
  }
  return line;
}

}  // namespace pscheduler::adapters
