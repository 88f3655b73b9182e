#include "pscheduler/services/wire_form.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::services {
namespace {

Json hints_object(const Hints& hints) {
  Json object = {{"requester", hints.requester}};
  if (!hints.server.empty()) object["server"] = hints.server;
  if (!hints.requester_proxied_by.empty()) object["requester-proxied-by"] = hints.requester_proxied_by;
  return object;
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

}  // namespace

Json stored_value(const JsonText& text) {
  return text.empty() ? Json() : Json::parse(text, nullptr, false);
}

Json task_document(const Task& task) {
  Json document = stored_value(task.document);
  document.erase("participants");
  return document;
}

Json task_detail(const Task& task, const Zone& zone) {
  const auto& rules = traits(task.scheduling_class);
  return {{"added", format_timestamp(task.added, zone)},
          {"start", task.schedule.start ? Json(format_timestamp(*task.schedule.start, zone)) : Json()},
          {"slip", format_duration_weeks(task.schedule.slip)},
          {"duration", format_duration_weeks(task.duration)},
          {"post", format_duration_weeks(task.post)},
          {"runs", task.progress.runs},
          {"runs-started", task.progress.runs_started},
          {"enabled", task.progress.enabled},
          {"anytime", rules.anytime},
          {"exclusive", rules.exclusive},
          {"multi-result", rules.multi_result},
          {"participant", task.participant},
          {"participants", task.participants},
          {"cli", task.cli},
          {"diags", task.limit_diags},
          {"hints", hints_object(task.hints)}};
}

Json run_value(const Task& task, const ports::StoredRun& stored, const Zone& zone) {
  const Run& run = stored.run;
  const RunResults& results = stored.results;
  // The wire knows whole seconds: a start is truncated, an end rounded up. A streamed result has no length.
  const Instant start = floor_to_second(run.times.start);
  const Instant end = run.times.empty() ? start : ceil_to_second(run.times.end);
  Json object = {{"start-time", format_timestamp(start, zone)},
                 {"end-time", format_timestamp(end, zone)},
                 {"duration", format_duration_weeks(end - start)},
                 {"added", format_timestamp(run.added, zone)},
                 {"participant", task.participant},
                 {"participants", task.participants},
                 {"participant-data", stored_value(run.participant_data)},
                 {"participant-data-full", stored_value(run.participant_data_full)},
                 {"state", traits(run.state).name},
                 {"state-display", traits(run.state).display},
                 {"errors", text_or_null(run.errors)},
                 {"priority", run.priority ? Json(*run.priority) : Json()},
                 {"limit-diags", text_or_null(run.limit_diags)},
                 {"result", stored_value(results.local)},
                 {"result-full", stored_value(results.full)},
                 {"result-merged", stored_value(results.merged)}};
  if (!results.clock_survey.empty()) object["clock-survey"] = stored_value(results.clock_survey);
  return object;
}

JsonText result_full(const Task& task, const std::map<int, JsonText>& results) {
  std::vector<std::string> all(task.participants.size(), "null");
  for (const auto& [participant, result] : results) {
    if (!result.empty()) all.at(static_cast<std::size_t>(participant)) = result;
  }
  return "[" + join(all, ",") + "]";
}

Json clock_value(const ports::ClockState& state, const Zone& zone) {
  Json object = {{"time", format_timestamp_micros(state.time, zone)},
                 {"synchronized", state.synchronized},
                 {"source", state.source}};
  if (state.reference) object["reference"] = *state.reference;
  if (state.offset_seconds) object["offset"] = *state.offset_seconds;
  if (state.error) object["error"] = *state.error;
  return object;
}

}  // namespace pscheduler::services
