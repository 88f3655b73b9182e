#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/api_url.hpp"
#include "cli/commands.hpp"
#include "cli/explain/story.hpp"
#include "cli/json_members.hpp"
#include "cli/options.hpp"
#include "cli/run_report.hpp"
#include "cli/schedule/listing.hpp"
#include "cli/schedule/range.hpp"
#include "cli/servers.hpp"
#include "pscheduler/addr/url.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::size_t kPastRunsMax = 10;
constexpr std::size_t kFutureRunsMax = 5;

// How far around now to look for a task's runs: no farther than necessary, as there may be many; then
// everywhere.
constexpr std::chrono::hours kReaches[] = {std::chrono::hours(1), std::chrono::hours(24)};

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "explain",
      "[OPTIONS] RUN-URL|TASK-URL",
      "Tells the story of a run or a task: what was asked, when it was planned, what stood in its way, and "
      "each state with its time, its reason and who caused it.",
      {{"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the requests from."}},
      {{"Why did this run not start?",
        "pscheduler explain https://ps.example.org/pscheduler/tasks/UUID/runs/UUID"},
       {"What has become of this task?", "pscheduler explain https://ps.example.org/pscheduler/tasks/UUID"}}};
  return table;
}

struct RunsAround {
  std::vector<ScheduleEntry> past;  // begun or not to begin any more
  std::vector<ScheduleEntry> future;
  bool all = false;  // there are no others
};

Result<RunsAround> look(Context& context, const std::string& host, const TaskId& task,
                        const CallOptions& call, const std::optional<Duration>& reach) {
  const Instant now = context.environment.now();
  Parameters parameters;
  if (reach) parameters = range_parameters({now - *reach, now + *reach});
  parameters.emplace_back("task", task.to_string());
  auto entries = read_schedule(context, host, parameters, call);
  if (!entries) return fail(std::move(entries.error()));
  RunsAround runs;
  runs.all = !reach;
  for (auto& entry : *entries) {
    const auto start = parse_timestamp_utc(entry.start, TimestampForm::body);
    (start && *start > now ? runs.future : runs.past).push_back(std::move(entry));
  }
  return runs;
}

Result<RunsAround> runs_around(Context& context, const TaskUrl& task, const CallOptions& call) {
  const auto host = task.server.to_string();
  for (const auto reach : kReaches) {
    auto runs = look(context, host, task.task, call, reach);
    if (!runs || (runs->past.size() >= kPastRunsMax && !runs->future.empty())) return runs;
  }
  return look(context, host, task.task, call, std::nullopt);
}

// Servers of 5.2 tell why a run failed with the run alone, not with the schedule.
void add_reasons(Context& context, std::vector<ScheduleEntry>& runs, const CallOptions& call) {
  const auto shown = runs.end() - static_cast<std::ptrdiff_t>(std::min(runs.size(), kPastRunsMax));
  for (auto entry = shown; entry != runs.end(); ++entry) {
    if (entry->state != "failed" || !entry->reason.empty()) continue;
    if (const auto run = fetch_json(context, entry->url, {}, call)) entry->reason = failure_line(*run);
  }
}

void show_runs(Context& context, const std::string& url, const RunsAround& runs) {
  const std::size_t width = context.environment.text_width();
  const auto skipped = runs.past.size() - std::min(runs.past.size(), kPastRunsMax);
  context.out << "\n" << (runs.past.empty() && runs.future.empty() ? "It has no runs yet.\n" : "Runs:\n");
  if (skipped > 0 || !runs.all) context.out << "  (earlier ones: pscheduler schedule --task " << url << ")\n";
  for (auto run = runs.past.begin() + static_cast<std::ptrdiff_t>(skipped); run != runs.past.end(); ++run) {
    context.out << "  " << run_line(*run, width - 2);
  }
  const auto shown = std::min(runs.future.size(), kFutureRunsMax);
  for (std::size_t at = 0; at < shown; ++at) context.out << "  " << run_line(runs.future[at], width - 2);
  if (runs.future.size() > shown) {
    context.out << "  (" << runs.future.size() - shown << (runs.all ? "" : " or more")
                << " later ones are planned)\n";
  }
  if (const auto& known = runs.past; !known.empty()) {
    context.out << "\nMore about the latest: pscheduler explain " << known.back().url << "\n";
  }
}

int explain_task(Context& context, const std::string& url, const Json& task, const TaskUrl& parsed,
                 const CallOptions& call) {
  context.out << "Task: " << url << "\n" << task_story(task, context.environment.text_width());
  auto runs = runs_around(context, parsed, call);
  if (!runs) return fail_with(context, runs.error());
  add_reasons(context, runs->past, call);
  show_runs(context, url, *runs);
  return kExitOk;
}

}  // namespace

int explain_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().size() != 1) return show_usage(context, syntax(), line->words());
  const auto& url = line->words().front();
  const auto parsed = TaskUrl::parse(url);
  if (!parsed) {
    return fail_with(context, "\"" + url +
                                  "\" is neither the URL of a run nor of a task; those look like "
                                  "https://HOST/pscheduler/tasks/UUID and that with /runs/UUID");
  }
  CallOptions call;
  call.bind = line->value("bind");
  TaskUrl of_task = *parsed;
  of_task.run = std::nullopt;
  const auto task = fetch_json(context, of_task.to_string(), {{"detail", "True"}}, call);
  if (!task) return fail_with(context, task.error());
  if (!parsed->run) return explain_task(context, of_task.to_string(), *task, *parsed, call);

  const auto run = fetch_json(context, parsed->to_string(), {}, call);
  if (!run) return fail_with(context, run.error());
  const std::size_t width = context.environment.text_width();
  context.out << task_story(*task, width) << "\n" << run_story(*run, width);
  return kExitOk;
}

}  // namespace pscheduler::cli
