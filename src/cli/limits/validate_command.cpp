#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/files.hpp"
#include "cli/limits/commands.hpp"
#include "cli/limits/desk.hpp"
#include "cli/limits/report.hpp"
#include "cli/options.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::cli::limits_program {
namespace {

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "validate-limits",
      "[OPTIONS] [FILE|-]",
      "Checks a limits file as the server does, and tells all that is wrong with it: line, column, the path "
      "in "
      "the file and what is expected. What is accepted but not what it seems is told as a warning. Without a "
      "file it checks /etc/pscheduler/limits.conf.",
      {{"quiet", 0, Takes::nothing, "", "Print nothing when all is well, no warnings either."},
       {"format", 0, Takes::text, "FORMAT", "text or json."},
       {"strict", 0, Takes::nothing, "", "Check it for a server with strict limits."},
       {"resolver", 0, Takes::text, "ADDRESS:PORT", "Name server to ask instead of the system's."}},
      {{"Check what is installed", "pscheduler validate-limits"},
       {"Check before installing", "pscheduler validate-limits my-limits.conf"}}};
  return table;
}

void show_text(Context& context, const std::string& path, const Desk::Loaded& loaded, bool quiet) {
  if (!quiet) {
    for (const auto& warning : loaded.warnings) {
      context.err << path << ": warning: " << limits::to_text(warning) << "\n";
    }
  }
  if (!loaded.problems.empty()) {
    context.err << "The limits are not valid:\n";
    for (const auto& problem : loaded.problems)
      context.err << path << ": " << limits::to_text(problem) << "\n";
  } else if (context.environment.stdout_is_terminal() && !quiet) {
    context.out << "Limits are valid.\n";
  }
}

}  // namespace

int validate_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().size() > 1) return show_usage(context, syntax(), line->words());
  const auto format = line->value("format").value_or("text");
  if (format != "text" && format != "json") return fail_with(context, "--format must be text or json");
  const std::string path = line->words().empty() ? kUsualFile : line->words().front();
  auto text = read_input(context, path);
  if (!text) return fail_with(context, text.error());
  const auto desk = Desk::open(line->value("resolver"));
  if (!desk) return fail_with(context, desk.error());
  const auto loaded = (*desk)->load(
      std::move(*text), line->has("strict") ? limits::Strictness::strict : limits::Strictness::as_before);
  if (!loaded) return fail_with(context, loaded.error());
  if (format == "json") {
    const Json report = {{"valid", loaded->problems.empty()},
                         {"problems", to_json(loaded->problems)},
                         {"warnings", to_json(loaded->warnings)}};
    context.out << json::to_pretty(report) << "\n";
  } else {
    show_text(context, path == "-" ? "stdin" : path, *loaded, line->has("quiet"));
  }
  return loaded->problems.empty() ? kExitOk : kExitFailure;
}

}  // namespace pscheduler::cli::limits_program
