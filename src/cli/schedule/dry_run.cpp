#include "cli/schedule/dry_run.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/api_url.hpp"
#include "cli/json_members.hpp"
#include "cli/schedule/forecast.hpp"
#include "cli/schedule/listing.hpp"
#include "cli/schedule/range.hpp"
#include "cli/schedule/recurrence_text.hpp"
#include "cli/schedule/tool_choice.hpp"
#include "cli/servers.hpp"
#include "cli/task_document.hpp"
#include "cli/task_submission.hpp"
#include "cli/text_layout.hpp"
#include "cli/user_times.hpp"
#include "pscheduler/schedule/recurrence.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

constexpr long kCountUsual = 10;
constexpr long kCountMax = 10'000;

// When neither the tool nor the test tells.
constexpr Duration kLengthUnknown = std::chrono::seconds(1);

struct Plan {
  std::string lead;
  Json task;
  CallOptions call;
};

// What is to be told to the user instead of a plan: help that was asked for.
using PlanOrHelp = std::pair<Plan, std::optional<std::string>>;

Result<PlanOrHelp> make_plan(Context& context, const CommandLine& line, const TaskOrder& order) {
  Plan plan;
  plan.call.bind = line.value("bind");
  auto task = build_task(context, order);
  if (!task) return fail(task.error());
  plan.task = std::move(*task);
  const auto assist = find_assist(context, order.line);
  if (!assist) return fail(assist.error());
  if (!order.imports() || order.test_word() || !order.test_options().empty()) {
    auto help = convert_options(context, *assist, order.test_options(), plan.task);
    if (!help) return fail(help.error());
    if (*help) return PlanOrHelp{std::move(plan), std::move(*help)};
  }
  if (const auto host = line.value("host")) {
    plan.lead = *host;
  } else {
    auto lead = find_lead(context, *assist, plan.task);
    if (!lead) return fail(lead.error());
    plan.lead = std::move(lead->host);
  }
  return PlanOrHelp{std::move(plan), std::nullopt};
}

Result<Json> ask(Context& context, const Plan& plan, const char* path, const Parameters& parameters = {}) {
  const auto url = api_url(plan.lead, path);
  if (!url) return fail(url.error());
  return fetch_json(context, *url, parameters, plan.call);
}

// Clocks tell their offset, not the name of their zone. It is the user's when that has the same offset now,
// else one of the zones that never change it.
Zone zone_with_offset(const Context& context, Instant now, std::chrono::minutes offset) {
  const Zone own = user_zone(context);
  if (own.offset_at(now) == offset) return own;
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(offset).count();
  if (hours == 0) return Zone::utc();
  return Zone::named(fmt::format("Etc/GMT{:+}", -hours)).value_or(Zone::utc());
}

Result<ServerTimes> server_times(Context& context, const Plan& plan) {
  const auto clock = ask(context, plan, "clock");
  if (!clock) return fail(clock.error());
  const auto time = text_or(*clock, "time", "");
  const auto written = parse_written_timestamp(time, TimestampForm::body);
  const auto now = parse_timestamp(time, Zone::utc(), TimestampForm::body);
  if (!written || !now) return fail(Errc::invalid_argument, plan.lead + " does not tell its time");
  ServerTimes server;
  server.now = *now;
  server.zone = zone_with_offset(context, *now, written->offset.value_or(std::chrono::minutes(0)));
  const auto horizon = ask(context, plan, "schedule-horizon");
  if (!horizon) return fail(horizon.error());
  if (const auto length = parse_duration(horizon->is_string() ? horizon->get<std::string>() : ""); length) {
    server.horizon = *length;
  }
  return server;
}

using ClassOfTest = std::map<std::string, SchedulingClass>;

Result<ClassOfTest> scheduling_classes(Context& context, const Plan& plan) {
  const auto tests = ask(context, plan, "tests", {{"expanded", "True"}});
  if (!tests) return fail(tests.error());
  ClassOfTest classes;
  if (!tests->is_array()) return fail(Errc::invalid_argument, plan.lead + " does not tell its tests");
  for (const auto& test : *tests) {
    const auto scheduling = parse_scheduling_class(text_or(test, "scheduling-class", ""));
    if (scheduling) classes[text_or(test, "name", "")] = *scheduling;
  }
  return classes;
}

// Of a run, for tools that do not tell.
Duration length_in_test(const Json& task) {
  const auto text = text_or(task.at("test").at("spec"), "duration", "");
  const auto length = parse_duration(text);
  return length && *length > Duration::zero() ? *length : kLengthUnknown;
}

std::string length_text(const Plan& plan, const ToolChoice& tool, Duration length) {
  if (tool.length) return "Each run takes " + format_duration(length) + " with the tool " + tool.name + ".";
  return "Each run is assumed to take " + format_duration(length) + ": " + plan.lead +
         " does not tell how long its tool " + tool.name + " takes.";
}

// The runs on the server's schedule that occupy their time.
Result<std::vector<TakenTime>> taken_times(Context& context, const Plan& plan, const TimeRange& range,
                                           const ClassOfTest& classes) {
  const auto entries = read_schedule(context, plan.lead, range_parameters(range), plan.call);
  if (!entries) return fail(entries.error());
  std::vector<TakenTime> taken;
  for (const auto& entry : *entries) {
    if (entry.state != "pending" && entry.state != "on-deck" && entry.state != "running") continue;
    const auto known = classes.find(entry.type);
    const auto start = parse_timestamp_utc(entry.start, TimestampForm::body);
    const auto end = parse_timestamp_utc(entry.end, TimestampForm::body);
    if (known == classes.end() || traits(known->second).anytime || !start || !end) continue;
    taken.push_back({entry.url, entry.type, known->second, entry.priority.value_or(0), {*start, *end}});
  }
  return taken;
}

Result<std::vector<std::string>> remarks_on(Context& context, const Plan& plan, const Schedule& schedule,
                                            Duration length, const ServerTimes& server,
                                            const std::vector<Instant>& starts) {
  const auto classes = scheduling_classes(context, plan);
  if (!classes) return fail(classes.error());
  const auto type = text_or(plan.task.at("test"), "type", "");
  const auto known = classes->find(type);
  if (known == classes->end()) {
    return fail(Errc::not_found, "Test \"" + type + "\" is unknown on " + plan.lead);
  }
  std::vector<std::string> remarks(starts.size());
  if (traits(known->second).anytime || starts.empty()) return remarks;
  PlannedRun run;
  run.scheduling_class = known->second;
  run.length = length;
  run.slip = schedule::effective_slip(schedule, run.length);
  run.priority = json::find_integer(plan.task, "priority");
  const Instant planned_until = server.now + server.horizon;
  const TimeRange range{starts.front(), std::min(starts.back() + run.slip + run.length, planned_until)};
  const auto taken = range.empty() ? Result<std::vector<TakenTime>>(std::vector<TakenTime>{})
                                   : taken_times(context, plan, range, *classes);
  if (!taken) return fail(taken.error());
  remarks = obstacles(starts, run, *taken);
  for (std::size_t at = 0; at < starts.size(); ++at) {
    if (starts[at] > planned_until)
      remarks[at] = "beyond what is planned yet (" + format_duration(server.horizon) + ")";
  }
  return remarks;
}

int show(Context& context, const Plan& plan, const std::string& test, std::size_t count) {
  const auto server = server_times(context, plan);
  if (!server) return fail_with(context, server.error());
  const Json& section = plan.task.at("schedule");
  const auto schedule = schedule_of(section, *server);
  if (!schedule) return fail_with(context, schedule.error());
  const auto tool = choose_tool(context, plan.lead, plan.task, plan.call);
  if (!tool) return fail_with(context, tool.error());
  const Duration length = tool->length.value_or(length_in_test(plan.task));
  const auto starts = nominal_starts(*schedule, length, *server, count);
  const auto remarks = remarks_on(context, plan, *schedule, length, *server, starts);
  if (!remarks) return fail_with(context, remarks.error());

  context.out << wrap(test + " on " + plan.lead + ": " + recurrence_text(section) + ".",
                      context.environment.text_width(), 2)
              << "\n"
              << wrap(length_text(plan, *tool, length), context.environment.text_width(), 2)
              << "\nNothing was posted.\n\n";
  for (std::size_t at = 0; at < starts.size(); ++at) {
    context.out << format_timestamp_z(starts[at]) << ((*remarks)[at].empty() ? "" : "  " + (*remarks)[at])
                << "\n";
  }
  if (starts.empty()) context.out << "It would never start.\n";
  if (starts.size() == count && schedule->repeats()) context.out << "...\n";
  context.out.flush();
  return kExitOk;
}

}  // namespace

int dry_run(Context& context, const CommandLine& line) {
  const long count = line.integer("count").value_or(kCountUsual);
  if (count < 1 || count > kCountMax) {
    return fail_with(context, fmt::format("--count {} must be 1 to {}", count, kCountMax));
  }
  for (const auto* option : {"filter-test", "format", "invert", "task", "verbose"}) {
    if (line.has(option))
      return fail_with(context, std::string("--") + option + " does not go with --dry-run");
  }
  auto task_line = read_command_line(context, task_syntax(), line.words());
  if (!task_line) return task_line.error();
  if (task_line->words().empty() && !task_line->has("import"))
    return show_usage(context, task_syntax(), task_line->words());
  const auto order = check_task_options(context, std::move(*task_line));
  if (!order) return fail_with(context, order.error());
  const auto plan = make_plan(context, line, *order);
  if (!plan) return fail_with(context, plan.error());
  if (plan->second) {
    context.out << *plan->second;
    return kExitOk;
  }
  const auto& task = plan->first.task;
  const auto options = order->test_options();
  const auto test =
      text_or(task.at("test"), "type", "") + (options.empty() ? "" : " " + shell_quote(options));
  return show(context, plan->first, test, static_cast<std::size_t>(count));
}

}  // namespace pscheduler::cli
