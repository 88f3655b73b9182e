#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/files.hpp"
#include "cli/limits/asking.hpp"
#include "cli/limits/commands.hpp"
#include "cli/options.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::cli::limits_program {
namespace {

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "limit-diags",
      "[OPTIONS] [TASK.json|-]",
      "Shows what a server with these limits would say about a task, by default one that is idle for two "
      "seconds. See also: pscheduler limits explain.",
      {{"config", 0, Takes::text, "FILE", "Limits file instead of /etc/pscheduler/limits.conf."},
       {"hints", 0, Takes::text, "JSON", "Hints as an object or @FILE; by default of a client on this host."},
       {"start", 0, Takes::text, "TIME", "When the run would start; now when only its duration is given."},
       {"duration", 0, Takes::text, "DURATION",
        "How long the run would be; PT10S when only its start is given."},
       {"strict", 0, Takes::nothing, "", "Decide as a server with strict limits."},
       {"resolver", 0, Takes::text, "ADDRESS:PORT", "Name server to ask instead of the system's."}},
      {{"May this host measure here?", "pscheduler limit-diags"},
       {"May another?", "pscheduler limit-diags --hints '{\"requester\": \"203.0.113.5\"}' task.json"}}};
  return table;
}

Json idle_task() {
  return {{"schema", 1},
          {"test", {{"type", "idle"}, {"spec", {{"schema", 1}, {"duration", "PT2S"}}}}},
          {"schedule", Json::object()}};
}

Result<Json> task_of(Context& context, const CommandLine& line) {
  if (line.words().empty()) return idle_task();
  const auto text = read_input(context, line.words().front());
  if (!text) return fail(text.error());
  auto task = json::read(*text);
  if (!task) return fail(Errc::invalid_argument, "The task is no JSON: " + task.error().message);
  if (!task->is_object()) return fail(Errc::invalid_argument, "The task must be a JSON object");
  return task;
}

}  // namespace

int diags_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().size() > 1) return show_usage(context, syntax(), line->words());
  auto task = task_of(context, *line);
  if (!task) return fail_with(context, task.error());
  auto hints = hints_of(context, line->value("hints"), std::nullopt);
  if (!hints) return fail_with(context, hints.error());
  if (line->has("start") || line->has("duration")) {
    auto schedule = run_schedule(context, line->value("start"), line->value("duration"));
    if (!schedule) return fail_with(context, schedule.error());
    context.out << "Run at " << (*schedule)["start"].get<std::string>() << " for "
                << (*schedule)["duration"].get<std::string>() << "\n\n";
    (*task)["run_schedule"] = std::move(*schedule);
  }
  const auto desk = desk_with_rules(context, *line);
  if (!desk) return fail_with(context, desk.error());
  const auto decision = (*desk)->decide({std::make_shared<const Json>(std::move(*task)),
                                         std::make_shared<const Json>(std::move(*hints)), true, true});
  if (!decision) return fail_with(context, decision.error());
  context.out << decision->diags << "\n";
  if ((*desk)->can_rewrite() && decision->task) {
    context.out << "\nRewritten task:\n" << json::to_pretty(*decision->task) << "\n";
  }
  return kExitOk;
}

}  // namespace pscheduler::cli::limits_program
