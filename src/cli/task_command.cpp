#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/api_url.hpp"
#include "cli/commands.hpp"
#include "cli/json_members.hpp"
#include "cli/schedule/recurrence_text.hpp"
#include "cli/servers.hpp"
#include "cli/task_document.hpp"
#include "cli/task_order.hpp"
#include "cli/task_submission.hpp"
#include "cli/task_waits.hpp"
#include "cli/waiting.hpp"
#include "cli/watching.hpp"

namespace pscheduler::cli {
namespace {

WatchRequest watch_request(const TaskOrder& order, const std::string& url, const CallOptions& call) {
  WatchRequest request;
  request.task_url = url;
  request.call = call;
  request.first = true;
  request.format = order.format;
  request.output = order.line.value("output");
  request.full = order.line.has("full");
  request.quiet = order.line.has("quiet");
  return request;
}

// A host that is asked for long is named on the terminal meanwhile.
Result<Json> first_run(Context& context, const std::string& url, const Json& task, const CallOptions& call) {
  const TaskWaits waits(context, url, call, task);
  Waiting waiting(context, [&waits](Duration waited) { return with_seconds(waits.until_planned(), waited); });
  return fetch_json(context, url + "/runs/first", {}, waiting.during(call));
}

// From the lead's word to the results.
int submit(Context& context, const TaskOrder& order, const Lead& lead, const Json& task) {
  const bool verbose = order.verbose();
  CallOptions call;
  call.bind = order.line.value("bind");
  const auto url = post_task(context, lead, task, call);
  if (!url) return fail_with(context, url.error());
  if (order.line.has("url")) {
    context.out << *url << "\n" << std::flush;
    return kExitOk;
  }
  if (verbose) context.out << "Task URL:\n" << *url << "\n" << std::flush;

  const auto document = fetch_json(context, *url, {{"detail", "1"}}, call);
  if (!document) return fail_with(context, document.error());
  if (verbose) context.out << "Tool is '" << text_or(*document, "tool", "unknown") << "'\n";
  const Json* schedule = member(*document, "schedule");
  const auto repetition = schedule == nullptr ? std::string() : repetition_text(*schedule);
  if (verbose && !repetition.empty()) context.out << "Repeats " << repetition << "\n";
  if (const Json* detail = member(*document, "detail")) {
    context.environment.debug("Submission diagnostics: " + text_or(*detail, "diags", "none"));
  }

  if (verbose) context.out << "Looking for the first run...\n" << std::flush;
  const auto run = first_run(context, *url, *document, call);
  if (!run) {
    if (run.error().code != Errc::not_found) return fail_with(context, run.error());
    return fail_with(context, host_of(*url) +
                                  " never scheduled a run of the task; see pscheduler watch --first " + *url +
                                  " later, or stop it with pscheduler cancel " + *url);
  }
  return watch_task(context, watch_request(order, *url, call), *document, &*run);
}

}  // namespace

int task_command(Context& context, const Words& words) {
  auto line = read_command_line(context, task_syntax(), words);
  if (!line) return line.error();
  if (line->words().empty() && !line->has("import")) return show_usage(context, task_syntax(), line->words());
  const auto order = check_task_options(context, std::move(*line));
  if (!order) return fail_with(context, order.error());
  if (order->line.has("debug")) {
    context.environment.enable_debug(order->verbose() ? DebugTo::system_log_and_stderr : DebugTo::system_log);
  }
  context.tells_progress = !order->line.has("quiet") && !order->format;
  auto task = build_task(context, *order);
  if (!task) return fail_with(context, task.error());

  const auto assist = find_assist(context, order->line);
  if (!assist) return fail_with(context, assist.error());
  // An imported spec without new options is complete as it is; nothing is to be converted.
  if (!order->imports() || order->test_word() || !order->test_options().empty()) {
    const auto help = convert_options(context, *assist, order->test_options(), *task);
    if (!help) return fail_with(context, help.error());
    if (*help) {
      context.out << **help;
      return kExitOk;
    }
  }
  if (order->export_as) {
    context.out << export_text(*task, *order->export_as);
    return kExitOk;
  }
  const auto lead = find_lead(context, *assist, *task);
  if (!lead) return fail_with(context, lead.error());
  if (order->verbose()) {
    context.out << (assist->is_local ? "Submitting the task...\n"
                                     : "Submitting the task with assistance from " + assist->host + "...\n")
                << std::flush;
  }
  return submit(context, *order, *lead, *task);
}

}  // namespace pscheduler::cli
