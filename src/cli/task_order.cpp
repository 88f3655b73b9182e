#include "cli/task_order.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/files.hpp"
#include "cli/user_times.hpp"
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

Result<std::optional<TimeToCome>> checked_time(const Context& context, const CommandLine& line,
                                               const char* name) {
  const auto text = line.value(name);
  if (!text) return std::optional<TimeToCome>{};
  auto time = parse_time_to_come(context, std::string("--") + name, *text);
  if (!time) return fail(time.error());
  return std::optional<TimeToCome>(std::move(*time));
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
  if (*start) order.start = (*start)->as_written;
  if (*until) order.until = *export_as ? (*until)->as_written : (*until)->absolute;
  return order;
}

}  // namespace pscheduler::cli
