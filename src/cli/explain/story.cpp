#include "cli/explain/story.hpp"

#include <nlohmann/json.hpp>

#include "cli/json_members.hpp"
#include "cli/run_report.hpp"
#include "cli/schedule/recurrence_text.hpp"
#include "cli/text_layout.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/model/run_state.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::size_t kHang = 4;

std::string line_of(const std::string& text, std::size_t width) {
  return wrap(text, width, kHang) + "\n";
}

// For a person: "Pending, on the timeline, waiting for its start".
std::string state_in_words(const std::string& name) {
  const auto state = parse_run_state(name);
  return state ? std::string(traits(*state).display) + ", " + std::string(traits(*state).meaning) : name;
}

std::string display_of(const std::string& name) {
  const auto state = parse_run_state(name);
  return state ? std::string(traits(*state).display) : name;
}

// " at 2030-05-01T12:00:00Z", where the server tells the task's own history.
std::string when_stopped(const Json& detail) {
  const Json* history = member(detail, "history");
  if (history == nullptr || !history->is_array()) return {};
  for (const auto& event : *history) {
    if (text_or(event, "event", "") == "canceled") return " at " + text_or(event, "time", "?");
  }
  return {};
}

std::string class_in_words(const Json& detail) {
  if (flag_member(detail, "multi-result")) return "in the background, giving results while it runs";
  if (flag_member(detail, "exclusive")) return "alone on the host";
  return flag_member(detail, "anytime") ? "in the background, at any time"
                                        : "together with others, but no exclusive one";
}

// "2030-05-01T12:00:00Z  Running: started the tool (runner)"
std::string change_line(const Json& change, std::size_t width) {
  std::string text = text_or(change, "time", "?") + "  " + display_of(text_or(change, "to", "?"));
  const auto reason = std::string(trim(text_or(change, "reason", "")));
  if (!reason.empty()) text += ": " + reason;
  const auto actor = text_or(change, "actor", "");
  if (!actor.empty()) text += " (" + actor + ")";
  return indent(wrap(text, width > 2 ? width - 2 : width, kHang)) + "\n";
}

std::string history_text(const Json& run, std::size_t width) {
  const Json* history = member(run, "history");
  if (history == nullptr || !history->is_array() || history->empty()) {
    return line_of("The server does not tell how it came to that.", width);
  }
  std::string text = "\nWhat happened:\n";
  for (const auto& change : *history) text += change_line(change, width);
  return text;
}

// Where the run lies between the reader and its end.
std::string obstacle_text(const Json& run, std::size_t width) {
  const auto errors = std::string(trim(text_or(run, "errors", "")));
  switch (outcome_of(run)) {
    case RunOutcome::never_started:
      return line_of("What stood in its way: " + (errors.empty() ? "the server does not tell." : errors),
                     width);
    case RunOutcome::given_up:
      return errors.empty() ? std::string() : line_of("Why it did not complete: " + errors, width);
    default:
      return {};
  }
}

// Of a run that another host leads this one knows no more than what its own tool has said.
std::string at_lead_text(const Json& run, const std::string& lead, std::size_t width) {
  const auto outcome = outcome_of(run);
  const bool over = outcome == RunOutcome::succeeded || outcome == RunOutcome::failed;
  const auto errors = std::string(trim(text_or(run, "errors", "")));
  std::string text;
  if (over && !errors.empty()) text += "\nWhat the tool said here:\n" + indent(errors) + "\n";
  return text +
         line_of(over ? "\nThis host took part. The lead of the task has the result:"
                      : "\nThis host takes part. The lead of the task tells more:",
                 width) +
         "  pscheduler explain " + lead + "\n";
}

std::string archivings_line(const Json& run, std::size_t width) {
  const Json* archivings = member(run, "archivings");
  if (archivings == nullptr || !archivings->is_array() || archivings->empty()) return {};
  std::size_t done = 0;
  for (const auto& archiving : *archivings) done += flag_member(archiving, "archived") ? 1 : 0;
  return line_of("Archived to " + std::to_string(done) + " of " + std::to_string(archivings->size()) +
                     " places; pscheduler result --archivings tells more.",
                 width);
}

// Tools that fail can say much: only the first line, and of a failed run the last one, which tells what it
// came to, and on a lead which host has not delivered.
std::string in_short(const ScheduleEntry& entry) {
  const auto lines = split(entry.reason, '\n');
  std::string text(trim(lines.front()));
  if (entry.state == "failed" && lines.size() > 1) text += " ... " + std::string(trim(lines.back()));
  return text;
}

}  // namespace

std::string task_story(const Json& task, std::size_t width) {
  const Json nothing = Json::object();
  const Json* found = member(task, "detail");
  const Json& detail = found != nullptr ? *found : nothing;
  const Json* test = member(task, "test");
  const auto options = words_of(member(detail, "cli"));
  std::string text = line_of("Asked for: " + (test != nullptr ? text_or(*test, "type", "?") : "?") +
                                 (options.empty() ? "" : " " + shell_quote(options)),
                             width);
  const Json* schedule = member(task, "schedule");
  text += line_of("When: " + recurrence_text(schedule != nullptr ? *schedule : nothing), width);
  std::string by = "Posted: " + text_or(detail, "added", "?");
  if (const Json* hints = member(detail, "hints"))
    by += " from " + text_or(*hints, "requester", "an unknown host");
  text += line_of(by, width);
  const auto hosts = words_of(member(detail, "participants"));
  text += line_of("Measured by: " + text_or(task, "tool", "an unknown tool") +
                      (hosts.empty() ? "" : " on " + enumerate(hosts)) + ", " + class_in_words(detail) +
                      ", in slots of " + text_or(detail, "duration", "?"),
                  width);
  if (const auto priority = json::find_integer(task, "priority")) {
    text += line_of("Priority asked for: " + std::to_string(*priority), width);
  }
  const auto runs = json::find_integer(detail, "runs").value_or(0);
  text += line_of("So far: " + std::to_string(runs) + (runs == 1 ? " run" : " runs") + " planned, " +
                      std::to_string(json::find_integer(detail, "runs-started").value_or(0)) + " started" +
                      (flag_member(detail, "enabled") ? "" : "; the task was stopped" + when_stopped(detail)),
                  width);
  return text;
}

std::string run_story(const Json& run, std::size_t width) {
  std::string text = "Run: " + text_or(run, "href", "?") + "\n";
  const bool started = outcome_of(run) != RunOutcome::never_started;
  text += line_of(std::string(started ? "Planned: " : "Tried to plan: ") + text_or(run, "added", "?") +
                      " for " + text_or(run, "start-time", "?") + " to " + text_or(run, "end-time", "?") +
                      (json::find_integer(run, "priority")
                           ? " at priority " + std::to_string(*json::find_integer(run, "priority"))
                           : ""),
                  width);
  text += line_of("State: " + state_in_words(text_or(run, "state", "unknown")), width);
  text += obstacle_text(run, width);
  text += history_text(run, width);
  if (const auto lead = url_at_lead(run); !lead.empty()) return text + at_lead_text(run, lead, width);
  if (outcome_of(run) == RunOutcome::failed) text += "\n" + outcome_text(run);
  text += archivings_line(run, width);
  return text;
}

std::string run_line(const ScheduleEntry& entry, std::size_t width) {
  const auto state = parse_run_state(entry.state);
  const bool went_well = !state || !traits(*state).final || traits(*state).success;
  const auto columns = entry.start + "  " + pad(entry.state_display, 12) + " ";
  const auto reason = went_well ? std::string() : in_short(entry);
  if (columns_of(columns + reason) <= width) return std::string(trim_end(columns + reason)) + "\n";
  return std::string(trim_end(columns)) + "\n" +
         indent(wrap(reason, width > kHang ? width - kHang : width, 0), kHang) + "\n";
}

}  // namespace pscheduler::cli
