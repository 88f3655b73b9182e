#include <nlohmann/json.hpp>

#include "cli/api_url.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/servers.hpp"
#include "cli/watching.hpp"

namespace pscheduler::cli {
namespace {

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "watch",
      "[OPTIONS] TASK-URL",
      "Follows a task: waits for its runs and shows each result as it comes. Ending it does not stop the "
      "task.",
      {{"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the requests from."},
       {"debug", 0, Takes::nothing, "", "Tell on stderr and in the system log what is being done."},
       {"first", 0, Takes::nothing, "", "Begin with the first run ever, not with the next one."},
       {"format", 0, Takes::text, "FORMAT",
        "text, html, json or none, or the MIME type of one. Giving any shows results alone, without "
        "progress."},
       {"full", 0, Takes::nothing, "", "Show diagnostics and archivings too (text only)."},
       {"output", 0, Takes::text, "FILE",
        "Write each result to this file; %n becomes the number of the run."},
       {"quiet", 0, Takes::nothing, "", "Show results alone, without progress."},
       {"runs", 0, Takes::integer, "N",
        "End after N runs; 0, the default, means when no more are scheduled."}},
      {{"Follow a task", "pscheduler watch https://ps.example.org/pscheduler/tasks/UUID"},
       {"One JSON file per run, for three runs",
        "pscheduler watch --runs 3 --format json --output run-%n.json https://…/pscheduler/tasks/UUID"}}};
  return table;
}

Result<WatchRequest> request_of(const CommandLine& line) {
  WatchRequest request;
  request.task_url = line.words().front();
  request.call.bind = line.value("bind");
  request.first = line.has("first");
  request.output = line.value("output");
  request.full = line.has("full");
  request.quiet = line.has("quiet");
  request.runs_max = line.integer("runs").value_or(0);
  if (const auto word = line.value("format")) {
    request.format = parse_result_format(*word);
    if (!request.format) {
      return fail(Errc::invalid_argument,
                  "--format \"" + *word + "\" is not known; use text, html, json or none");
    }
  }
  if (request.full && request.format.value_or(ResultFormat::text) != ResultFormat::text) {
    return fail(Errc::invalid_argument,
                "--full is for text only; leave it out with --format " + *line.value("format"));
  }
  if (request.runs_max < 0) {
    return fail(Errc::invalid_argument,
                "--runs " + std::to_string(request.runs_max) + " must be 0 (no limit) or more");
  }
  return request;
}

}  // namespace

int watch_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().size() != 1) return show_usage(context, syntax(), line->words());
  const auto request = request_of(*line);
  if (!request) return fail_with(context, request.error());
  if (line->has("debug")) {
    const bool verbose = !request->quiet && !request->format;
    context.environment.enable_debug(verbose ? DebugTo::system_log_and_stderr : DebugTo::system_log);
  }
  context.tells_progress = !request->quiet && !request->format;
  if (const auto checked = check_task_url(request->task_url); !checked)
    return fail_with(context, checked.error());
  const auto task = fetch_json(context, request->task_url, {{"detail", "True"}}, request->call);
  if (!task) return fail_with(context, task.error());
  return watch_task(context, *request, *task, nullptr);
}

}  // namespace pscheduler::cli
