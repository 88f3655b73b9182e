#include "cli/run_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/api_url.hpp"
#include "cli/json_members.hpp"
#include "cli/text_layout.hpp"
#include "pscheduler/addr/url.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::size_t kTimeColumns = 25;
constexpr Duration kClocksAgree = std::chrono::seconds(1);

std::string block(std::string_view heading, std::string_view text) {
  return fmt::format("\n{}\n{}\n", heading, indent(trim_end(text)));
}

// Text as it is, anything else as JSON; empty for what is missing.
std::string said_in(const Json* value) {
  if (value == nullptr) return {};
  return value->is_string() ? value->get<std::string>() : value->dump();
}

// "H:MM:SS", with six decimals when there is a fraction.
std::string clock_like(Duration length) {
  const auto micros = length.count();
  const auto seconds = micros / 1'000'000;
  auto text = fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (micros % 1'000'000 != 0) text += fmt::format(".{:06}", micros % 1'000'000);
  return text;
}

std::string failure_text(const Json& run) {
  std::string text = "Run failed.\n";
  const Json* merged = member(run, "result-merged");
  std::string error = merged == nullptr ? "" : said_in(member(*merged, "error"));
  if (merged == nullptr) {
    error = text_or(run, "errors", "");
    if (trim(error).empty()) error = "The run produced no result.";
  }
  if (!trim(error).empty()) text += block("Error:", error);
  if (merged != nullptr) {
    const auto diags = said_in(member(*merged, "diags"));
    if (!trim(diags).empty()) text += block("Diagnostics:", diags);
  }
  return text;
}

std::string clocks_text(const Json& run) {
  const Json* survey = member(run, "clock-survey");
  if (survey == nullptr || !survey->is_array()) return {};
  std::vector<Instant> times;
  for (const auto& clock : *survey) {
    const auto time = text_member(clock, "time");
    if (!time) continue;
    if (const auto at = parse_timestamp(*time, Zone::utc(), TimestampForm::body)) times.push_back(*at);
  }
  if (times.size() < 2) return {};
  const auto [first, last] = std::minmax_element(times.begin(), times.end());
  const Duration difference = *last - *first;
  if (difference <= kClocksAgree) return {};
  return fmt::format("\nThe participants' clocks differ by {}, which may be why the run failed.\n",
                     clock_like(difference));
}

// Whether the result of a run is word for word what its only participant has said.
bool only_repeats(const Json& run, const Json& participants, const Json* result) {
  const Json* merged = member(run, "result-merged");
  const auto same = [&](const char* name) {
    const auto words = [name](const Json* from) {
      return from == nullptr ? "" : said_in(member(*from, name));
    };
    return trim(words(merged)) == trim(words(result));
  };
  return participants.size() == 1 && outcome_of(run) == RunOutcome::failed && same("error") && same("diags");
}

// What the lead has written down about a participant: each such line of the run's errors begins with its
// name.
std::string said_about(const std::string& name, const Json& run) {
  std::string found;
  const auto errors = text_or(run, "errors", "");
  for (const auto line : split(errors, '\n')) {
    if (line.starts_with(name + " ")) found += std::string(line) + "\n";
  }
  return found;
}

// Whether the diagnostics of a run that failed, which are shown before those of its participants, have these
// in them.
bool were_shown(const Json& run, std::string_view diags) {
  const Json* merged = member(run, "result-merged");
  if (merged == nullptr || outcome_of(run) != RunOutcome::failed) return false;
  return said_in(member(*merged, "diags")).find(diags) != std::string::npos;
}

std::string participant_text(const Json& run, const std::string& name, const Json* result) {
  std::string text;
  const auto error = result == nullptr ? "" : said_in(member(*result, "error"));
  const auto diags = result == nullptr ? "" : said_in(member(*result, "diags"));
  if (!trim(error).empty()) text += block("Error from " + name + ":", error);
  const bool has_diags = !trim(diags).empty();
  if (has_diags && !were_shown(run, trim(diags))) text += block("Diagnostics from " + name + ":", diags);
  if (has_diags || !text.empty()) return text;
  const auto reason = said_about(name, run);
  return reason.empty() ? "\nNo information from " + name + ".\n"
                        : block("No result from " + name + ":", reason);
}

// The archiver's own error when it reported one, else what it wrote to stderr if it failed.
std::string attempt_outcome(const Json& attempt) {
  const Json* code = member(attempt, "return-code");
  if (code != nullptr && code->is_number_integer() && code->get<long>() != 0) {
    return std::string(trim(said_in(member(attempt, "stderr"))));
  }
  if (const Json* reported = member(attempt, "stdout"); reported != nullptr) {
    const auto error = said_in(member(*reported, "error"));
    if (!trim(error).empty()) return std::string(trim(error));
    if (const Json* succeeded = member(*reported, "succeeded"); succeeded != nullptr && *succeeded == false) {
      return "Failed";
    }
  }
  return "Succeeded";
}

std::string archiving_text(const Json& archiving) {
  const Json* spec = member(archiving, "spec");
  std::string text = "\n  To ";
  if (spec != nullptr) {
    if (const auto label = text_member(*spec, "label")) text += *label + " ";
    text += "using " + text_or(*spec, "archiver", "?");
  }
  text += flag_member(archiving, "archived") ? ", Finished\n" : ", Unfinished\n";
  const Json* attempts = member(archiving, "diags");
  if (attempts == nullptr || !attempts->is_array()) return text;
  for (const auto& attempt : *attempts) {
    const auto outcome = attempt_outcome(attempt);
    const auto line = pad(text_or(attempt, "time", ""), kTimeColumns) + "  ";
    text += indent(line + outcome, 4) + "\n";
  }
  return text;
}

}  // namespace

RunOutcome outcome_of(const Json& run) {
  const auto state = text_or(run, "state", "");
  if (state == "nonstart") return RunOutcome::never_started;
  for (const auto* name : {"scheduling", "pending", "on-deck", "running", "cleanup"}) {
    if (state == name) return RunOutcome::unfinished;
  }
  for (const auto* name : {"overdue", "missed", "preempted", "canceled"}) {
    if (state == name) return RunOutcome::given_up;
  }
  const Json* merged = member(run, "result-merged");
  return merged != nullptr && flag_member(*merged, "succeeded") ? RunOutcome::succeeded : RunOutcome::failed;
}

std::string outcome_text(const Json& run) {
  const auto reason = text_or(run, "errors", "");
  const auto state = text_or(run, "state-display", text_or(run, "state", "unknown"));
  switch (outcome_of(run)) {
    case RunOutcome::never_started:
      return "Run never started: " +
             (trim(reason).empty() ? "no reason was given." : std::string(trim(reason))) + "\n";
    case RunOutcome::unfinished:
      return "Run has not completed yet; it is " + to_lower(state) + ".\n";
    case RunOutcome::given_up:
      return "Run did not complete: " + state + ".\n" +
             (trim(reason).empty() ? "" : block("Reason:", reason));
    case RunOutcome::succeeded:
      return "Run succeeded.\n";
    case RunOutcome::failed:
      return failure_text(run);
  }
  return {};
}

std::string failure_line(const Json& run) {
  if (outcome_of(run) != RunOutcome::failed) return {};
  const Json* merged = member(run, "result-merged");
  auto text = std::string(trim(merged == nullptr ? "" : said_in(member(*merged, "error"))));
  if (text.empty()) text = std::string(trim(text_or(run, "errors", "")));
  const auto hosts = words_of(member(run, "participants"));
  const Json* results = member(run, "result-full");
  const std::size_t known = results != nullptr && results->is_array() ? results->size() : 0;
  for (std::size_t i = 0; text.empty() && i < std::min(hosts.size(), known); ++i) {
    const auto error = std::string(trim(said_in(member((*results)[i], "error"))));
    if (!error.empty()) text = hosts[i] + ": " + error;
  }
  return text.substr(0, text.find('\n'));
}

std::string diagnostics_text(const Json& run) {
  std::string text = clocks_text(run);
  const auto limits = said_in(member(run, "limit-diags"));
  if (!trim(limits).empty()) text += block("Limits:", limits);
  const Json* participants = member(run, "participants");
  if (participants == nullptr || !participants->is_array()) return text;
  const Json* results = member(run, "result-full");
  for (std::size_t i = 0; i < participants->size(); ++i) {
    const Json& participant = (*participants)[i];
    const auto name =
        participant.is_string() ? participant.get<std::string>() : "participant " + std::to_string(i);
    const bool known = results != nullptr && results->is_array() && i < results->size();
    const Json* result = known ? &(*results)[i] : nullptr;
    if (!only_repeats(run, *participants, result)) text += participant_text(run, name, result);
  }
  return text;
}

std::string url_at_lead(const Json& run) {
  const auto number = json::find_integer(run, "participant").value_or(0);
  const auto hosts = words_of(member(run, "participants"));
  const auto here = TaskUrl::parse(text_or(run, "href", ""));
  if (number == 0 || hosts.empty() || !here || !here->run) return {};
  const auto url =
      api_url(hosts.front(), "tasks/" + here->task.to_string() + "/runs/" + here->run->to_string());
  return url.value_or("");
}

std::string archivings_text(const Json& run) {
  const Json* archivings = member(run, "archivings");
  if (archivings == nullptr || !archivings->is_array() || archivings->empty()) {
    return "\nThe result was not archived anywhere.\n";
  }
  std::string text = "\nArchivings:\n";
  for (const auto& archiving : *archivings) text += archiving_text(archiving);
  return text;
}

}  // namespace pscheduler::cli
