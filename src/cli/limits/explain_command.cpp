#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/files.hpp"
#include "cli/limits/asking.hpp"
#include "cli/limits/commands.hpp"
#include "cli/limits/report.hpp"
#include "cli/options.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::cli::limits_program {
namespace {

constexpr int kExitDenied = 1;
constexpr int kExitRefused = 2;  // the file, or what was asked

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "limits explain",
      "[OPTIONS] TASK.json|-",
      "Tells whether a server with these limits would take a task or start a run, and which rule says so. "
      "Nothing is asked of a server: the rules are applied here. Exit status: 0 it passes, 1 it is denied, 2 "
      "the limits file or the question cannot be used.",
      {{"as", 0, Takes::text, "ADDRESS", "Address of the one who asks; this host by default."},
       {"hints", 0, Takes::text, "JSON", "All hints instead, as an object or @FILE."},
       {"at", 0, Takes::text, "TIME", "When the run would start; now when only its duration is given."},
       {"duration", 0, Takes::text, "DURATION",
        "How long the run would be; PT10S when only its time is given."},
       {"phase", 0, Takes::text, "PHASE", "submit or run; run when a time is given."},
       {"config", 0, Takes::text, "FILE", "Limits file instead of /etc/pscheduler/limits.conf."},
       {"strict", 0, Takes::nothing, "", "Decide as a server with strict limits."},
       {"resolver", 0, Takes::text, "ADDRESS:PORT", "Name server to ask instead of the system's."},
       {"format", 0, Takes::text, "FORMAT", "text or json."},
       {"verbose", 'v', Takes::nothing, "",
        "Show all that was identified, classified and applied, and why."}},
      {{"Would a stranger be allowed this test?", "pscheduler limits explain --as 203.0.113.5 task.json"},
       {"And at night?", "pscheduler limits explain -v --as 203.0.113.5 --at 2030-01-01T23:00 task.json"}}};
  return table;
}

int refuse(Context& context, const std::string& message) {
  fail_with(context, message);
  return kExitRefused;
}

Result<limits::Proposal> proposal_of(Context& context, const CommandLine& line) {
  const auto text = read_input(context, line.words().front());
  if (!text) return fail(text.error());
  auto task = json::read(*text);
  if (!task) return fail(Errc::invalid_argument, "The task is no JSON: " + task.error().message);
  if (!task->is_object()) return fail(Errc::invalid_argument, "The task must be a JSON object");
  auto hints = hints_of(context, line.value("hints"), line.value("as"));
  if (!hints) return fail(hints.error());
  const bool has_time = line.has("at") || line.has("duration");
  const auto phase =
      line.value("phase").value_or(has_time || task->contains("run_schedule") ? "run" : "submit");
  if (phase != "submit" && phase != "run")
    return fail(Errc::invalid_argument, "--phase must be submit or run");
  const bool is_run = phase == "run";
  if (!is_run) {
    if (has_time)
      return fail(Errc::invalid_argument,
                  "A task that is submitted has no time yet; leave out --at and --duration");
    task->erase("run_schedule");
  } else if (has_time || !task->contains("run_schedule")) {
    const auto schedule = run_schedule(context, line.value("at"), line.value("duration"));
    if (!schedule) return fail(schedule.error());
    (*task)["run_schedule"] = *schedule;
  }
  return limits::Proposal{std::make_shared<const Json>(std::move(*task)),
                          std::make_shared<const Json>(std::move(*hints)), !is_run, is_run};
}

// What those limits have to say that let it pass.
void show_notes(std::ostream& out, const limits::Decision& decision) {
  if (!decision.passed || decision.trace.applications.empty()) return;
  for (const auto& group : decision.trace.applications.back().groups) {
    for (const auto& limit : group.limits) {
      if (limit.passed && !limit.note.empty())
        out << "  Limit '" << limit.name << "': " << limit.note << ".\n";
    }
  }
}

}  // namespace

int explain_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().size() != 1) return show_usage(context, syntax(), line->words()), kExitRefused;
  const auto format = line->value("format").value_or("text");
  if (format != "text" && format != "json") return refuse(context, "--format must be text or json");
  auto proposal = proposal_of(context, *line);
  if (!proposal) return refuse(context, proposal.error().message);
  const auto desk = desk_with_rules(context, *line);
  if (!desk) return refuse(context, desk.error().message);
  const auto decision = (*desk)->decide(std::move(*proposal));
  if (!decision) return refuse(context, decision.error().message);
  if (format == "json") {
    context.out << json::to_pretty(to_json(*decision)) << "\n";
  } else {
    context.out << limits::verdict(decision->trace, decision->passed) << "\n";
    if (line->has("verbose")) {
      const auto colours = context.environment.stdout_is_terminal() ? Colours::terminal : Colours::none;
      context.out << tree(decision->trace, colours);
    } else {
      show_notes(context.out, *decision);
    }
  }
  return decision->passed ? kExitOk : kExitDenied;
}

}  // namespace pscheduler::cli::limits_program
