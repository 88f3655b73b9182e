#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.hpp"
#include "cli/json_members.hpp"
#include "cli/options.hpp"
#include "cli/result_view.hpp"
#include "cli/servers.hpp"

namespace pscheduler::cli {
namespace {

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "result",
      "[OPTIONS] RUN-URL|TASK-URL",
      "Shows the result of a run, or of every run of a task. It does not wait for what has not ended: "
      "pscheduler watch does.",
      {{"archivings", 0, Takes::nothing, "", "Show where the result was archived (text only)."},
       {"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the requests from."},
       {"debug", 0, Takes::nothing, "", "Accepted for older scripts; does nothing."},
       {"diags", 0, Takes::nothing, "", "Show diagnostics also of runs that succeeded (text only)."},
       {"format", 0, Takes::text, "FORMAT", "text (the default), html or json, or the MIME type of one."},
       {"full", 0, Takes::nothing, "", "Both --diags and --archivings."},
       {"output", 0, Takes::text, "FILE", "Write the formatted result, and nothing else, to this file."},
       {"quiet", 0, Takes::nothing, "", "Leave out the heading."}},
      {{"Show a result", "pscheduler result https://ps.example.org/pscheduler/tasks/UUID/runs/UUID"},
       {"All there is to know about it", "pscheduler result --full https://…/runs/UUID"},
       {"For a program", "pscheduler result --format json https://…/runs/UUID"},
       {"Every run of a task", "pscheduler result https://ps.example.org/pscheduler/tasks/UUID"}}};
  return table;
}

Result<ResultView> view_of(const CommandLine& line) {
  ResultView view;
  const auto word = line.value("format").value_or("text");
  const auto format = parse_result_format(word);
  if (!format || *format == ResultFormat::none) {
    return fail(Errc::invalid_argument, "--format \"" + word + "\" is not known; use text, html or json");
  }
  view.format = *format;
  view.diagnostics = line.has("diags") || line.has("full");
  view.archivings = line.has("archivings") || line.has("full");
  if (view.format != ResultFormat::text && (view.diagnostics || view.archivings)) {
    return fail(
        Errc::invalid_argument,
        "--format " + word + " has no diagnostics or archivings; leave out --diags, --archivings and --full");
  }
  view.heading = line.has("quiet") ? Heading::none : Heading::run;
  view.output = line.value("output");
  view.call.bind = line.value("bind");
  return view;
}

int show_task(Context& context, const std::string& runs_url, ResultView view) {
  if (view.format != ResultFormat::text) {
    return fail_with(context,
                     "A task's runs can only be shown as text; give the URL of one run for other formats");
  }
  if (view.heading == Heading::run) view.heading = Heading::run_of_task;
  const auto runs = fetch_json(context, runs_url, {}, view.call);
  if (!runs) return fail_with(context, runs.error());
  if (!runs->is_array())
    return fail_with(context, runs_url + " answered with something that is no list of runs");
  if (runs->empty()) context.out << "The task has no runs yet.\n";
  int status = kExitOk;
  bool first = true;
  for (const auto& url : *runs) {
    if (!url.is_string()) continue;
    const auto run = fetch_json(context, url.get<std::string>(), {{"detail", "True"}}, view.call);
    if (!run) return fail_with(context, run.error());
    if (!first) context.out << "\n\n\n";
    first = false;
    if (const int shown = show_run(context, *run, view); shown != kExitOk) status = shown;
  }
  return status;
}

}  // namespace

int result_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().empty()) return show_usage(context, syntax(), line->words());
  const auto view = view_of(*line);
  if (!view) return fail_with(context, view.error());
  const std::string& url = line->words().front();
  const auto document = fetch_json(context, url, {{"detail", "True"}}, view->call);
  if (!document) return fail_with(context, document.error());
  if (member(*document, "result-href") != nullptr) return show_run(context, *document, *view);
  const Json* detail = member(*document, "detail");
  const auto runs_url = detail == nullptr ? std::nullopt : text_member(*detail, "runs-href");
  if (!runs_url) return fail_with(context, url + " is neither a run nor a task");
  return show_task(context, *runs_url, *view);
}

}  // namespace pscheduler::cli
