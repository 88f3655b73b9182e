#include "cli/task_order.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/files.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

Result<std::optional<ResultFormat>> checked_format(const CommandLine& line) {
  const auto word = line.value("format");
  if (!word) return std::optional<ResultFormat>{};
  const auto format = parse_result_format(*word);
  if (!format)
    return fail(Errc::invalid_argument,
                "--format \"" + *word + "\" is not known; use text, html, json or none");
  if (line.has("full") && *format != ResultFormat::text) {
    return fail(Errc::invalid_argument, "--full is for text only; leave it out with --format " + *word);
  }
  return std::optional<ResultFormat>(*format);
}

Result<std::optional<ExportFormat>> checked_export(const CommandLine& line) {
  const auto word = line.value("export-format").value_or("task");
  if (word != "task" && word != "batch") {
    return fail(Errc::invalid_argument, "--export-format \"" + word + "\" is not known; use task or batch");
  }
  if (!line.has("export")) return std::optional<ExportFormat>{};
  return std::optional<ExportFormat>(word == "task" ? ExportFormat::task : ExportFormat::batch);
}

Result<void> check_repetition(const CommandLine& line) {
  const long runs = line.integer("max-runs").value_or(1);
  if (runs < 1) return fail(Errc::invalid_argument, fmt::format("--max-runs {} must be 1 or more", runs));
  if (const auto repeat = line.value("repeat")) {
    const auto parsed = parse_duration(*repeat);
    if (!parsed) {
      return fail(Errc::invalid_argument, "--repeat: " + parsed.error().message);
    }
  }
  return {};
}

// The user's own zone: TZ where it names one, else the system's.
Zone user_zone(const Context& context) {
  if (const auto name = context.environment.variable("TZ"); name && !name->empty()) {
    if (const auto zone = Zone::named(name->starts_with(':') ? name->substr(1) : *name)) return *zone;
  }
  return Zone::local().value_or(Zone::utc());
}

std::string offset_text(std::chrono::seconds offset) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(std::chrono::abs(offset)).count();
  return fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

// A time to come. One without an offset means ours, which the server cannot know: it is told.
Result<std::optional<std::string>> checked_time(const Context& context, const CommandLine& line,
                                                const char* name) {
  const auto text = line.value(name);
  if (!text) return std::optional<std::string>{};
  const std::string option = std::string("--") + name;
  const auto written = parse_written_timestamp(*text, TimestampForm::query);
  if (!written || text->find(' ') != std::string::npos) {
    return fail(Errc::invalid_argument,
                option + " \"" + excerpt(*text) + "\" is not a time; write it like 2030-01-01T12:00:00");
  }
  const Zone zone = written->offset ? Zone::utc() : user_zone(context);
  const Instant at = zone.to_instant(written->local) - written->offset.value_or(std::chrono::minutes(0));
  if (at <= context.environment.now()) {
    return fail(Errc::invalid_argument, option + " \"" + *text + "\" is in the past; give a time to come");
  }
  return std::optional<std::string>(written->offset ? *text : *text + offset_text(zone.offset_at(at)));
}

Result<std::optional<std::string>> expanded(Context& context, const CommandLine& line, const char* name) {
  const auto word = line.value(name);
  if (!word) return std::optional<std::string>{};
  auto text = expand_at(context, *word);
  if (!text) return fail(Errc::invalid_argument, std::string("--") + name + ": " + text.error().message);
  return std::optional<std::string>(std::move(*text));
}

}  // namespace

std::optional<std::string> TaskOrder::test_word() const {
  if (line.words().empty() || line.words().front() == "-") return std::nullopt;
  return line.words().front();
}

Words TaskOrder::test_options() const {
  const Words& words = line.words();
  return words.empty() ? Words{} : Words(words.begin() + 1, words.end());
}

Result<TaskOrder> check_task_options(Context& context, CommandLine line) {
  PSCHEDULER_TRY(check_repetition(line));
  auto format = checked_format(line);
  if (!format) return fail(format.error());
  auto export_as = checked_export(line);
  if (!export_as) return fail(export_as.error());
  auto key = expanded(context, line, "key");
  if (!key) return fail(key.error());
  auto reference = expanded(context, line, "reference");
  if (!reference) return fail(reference.error());
  if (*reference) {
    if (const auto read = json::read(**reference); !read) {
      return fail(Errc::invalid_argument,
                  "--reference \"" + excerpt(**reference) + "\" is no JSON: " + read.error().message);
    }
  }
  auto start = checked_time(context, line, "start");
  if (!start) return fail(start.error());
  auto until = checked_time(context, line, "until");
  if (!until) return fail(until.error());

  TaskOrder order;
  order.line = std::move(line);
  order.format = *format;
  order.export_as = *export_as;
  order.key = std::move(*key);
  order.reference = std::move(*reference);
  order.start = std::move(*start);
  order.until = std::move(*until);
  return order;
}

}  // namespace pscheduler::cli
