#include "cli/api_url.hpp"
#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/options.hpp"
#include "cli/servers.hpp"

namespace pscheduler::cli {
namespace {

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "cancel",
      "[OPTIONS] TASK-URL",
      "Stops a task: no further runs are scheduled. A run in progress goes on, and what was measured stays "
      "readable.",
      {{"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the request from."},
       {"key", 0, Takes::text, "KEY", "Key the task was made with; @FILE reads it from a file."}},
      {{"Stop a task", "pscheduler cancel https://ps.example.org/pscheduler/tasks/UUID"},
       {"Stop one that was made with --key",
        "pscheduler cancel --key @~/task-key https://…/pscheduler/tasks/UUID"}}};
  return table;
}

}  // namespace

int cancel_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().size() != 1) return show_usage(context, syntax(), line->words());
  const std::string& url = line->words().front();
  if (const auto checked = check_task_url(url); !checked) return fail_with(context, checked.error());

  Parameters parameters;
  if (const auto given = line->value("key")) {
    const auto key = expand_at(context, *given);
    if (!key) return fail_with(context, key.error());
    parameters.emplace_back("key", *key);
  }
  CallOptions options;
  options.bind = line->value("bind");
  const Reply reply = context.server.del(url, parameters, options);
  if (reply.status == 200) return kExitOk;
  if (reply.status == 404) return fail_with(context, "There is no task " + url);
  if (!reply.reached) return fail_with(context, server_trouble(context, host_of(url), reply));
  return fail_with(context, refusal(reply));
}

}  // namespace pscheduler::cli
