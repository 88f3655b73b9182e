#include "cli/schedule/forecast.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "cli/json_members.hpp"
#include "pscheduler/addr/url.hpp"
#include "pscheduler/schedule/recurrence.hpp"
#include "pscheduler/schedule/timeline.hpp"
#include "pscheduler/time/absolute_relative.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

Result<std::optional<Instant>> time_member(const Json& section, const char* name, const ServerTimes& server) {
  const auto text = text_member(section, name);
  if (!text) return std::optional<Instant>{};
  const auto at = resolve_absolute_relative(*text, server.now, server.zone);
  if (!at) return fail(Errc::invalid_argument, std::string(name) + ": " + at.error().message);
  return std::optional<Instant>(*at);
}

Result<std::optional<Duration>> length_member(const Json& section, const char* name) {
  const auto text = text_member(section, name);
  if (!text) return std::optional<Duration>{};
  const auto length = parse_duration(*text);
  if (!length) return fail(Errc::invalid_argument, std::string(name) + ": " + length.error().message);
  return std::optional<Duration>(*length);
}

}  // namespace

Result<Schedule> schedule_of(const Json& section, const ServerTimes& server) {
  const auto start = time_member(section, "start", server);
  if (!start) return fail(start.error());
  const auto until = time_member(section, "until", server);
  if (!until) return fail(until.error());
  const auto slip = length_member(section, "slip");
  if (!slip) return fail(slip.error());
  const auto repeat = length_member(section, "repeat");
  if (!repeat) return fail(repeat.error());
  Schedule schedule;
  schedule.start = *start;
  schedule.until = *until;
  schedule.slip = slip->value_or(Duration::zero());
  schedule.random_slip = flag_member(section, "sliprand");
  schedule.repeat = *repeat;
  schedule.repeat_cron = text_or(section, "repeat-cron", "");
  schedule.max_runs = json::find_integer(section, "max-runs");
  if (!schedule.repeats()) schedule.max_runs = 1;
  PSCHEDULER_TRY(schedule::check(schedule, server.now, server.zone));
  return schedule;
}

std::vector<Instant> nominal_starts(const Schedule& schedule, Duration length, const ServerTimes& server,
                                    std::size_t count) {
  std::vector<Instant> starts;
  TaskProgress progress;
  progress.enabled = true;
  while (starts.size() < count) {
    const auto start = schedule::next_nominal_start(schedule, progress, server.now, server.zone);
    if (!start || (!starts.empty() && *start <= starts.back())) break;
    starts.push_back(*start);
    if (!progress.first_start) progress.first_start = *start;
    progress.latest_end = *start + length;
    ++progress.runs;
    ++progress.attempts;
  }
  return starts;
}

std::vector<std::string> obstacles(const std::vector<Instant>& starts, const PlannedRun& run,
                                   const std::vector<TakenTime>& taken) {
  schedule::Timeline timeline;
  std::map<std::string, const TakenTime*> by_run;
  for (const auto& entry : taken) {
    const auto url = TaskUrl::parse(entry.url);
    if (!url || !url->run) continue;
    by_run[url->run->to_string()] = &entry;
    timeline.insert({*url->run, entry.scheduling_class, entry.times, entry.priority, false});
  }
  std::vector<std::string> texts;
  for (const Instant start : starts) {
    const auto conflict =
        timeline.first_conflict(run.scheduling_class, {start, start + run.length}, run.priority);
    if (!conflict) {
      texts.emplace_back();
      continue;
    }
    const auto& in_the_way = *by_run.at(conflict->run.to_string());
    std::string text = "taken until " + format_timestamp_z(in_the_way.times.end) + " by " + in_the_way.test +
                       " " + in_the_way.url;
    const auto slot =
        timeline.find_slot({run.scheduling_class, start, start + run.slip, run.length, run.priority});
    text += slot ? "; starts " + format_timestamp_z(slot->start)
                 : "; no room within the slip of " + format_duration(run.slip) + ", so it would not start";
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace pscheduler::cli
