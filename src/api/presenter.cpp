#include "presenter.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/json/hidden.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

Json hints_object(const Hints& hints) {
  Json object = {{"requester", hints.requester}};
  if (!hints.server.empty()) object["server"] = hints.server;
  if (!hints.requester_proxied_by.empty()) object["requester-proxied-by"] = hints.requester_proxied_by;
  return object;
}

Json detail_object(const Call& call, const Task& task) {
  const auto& rules = traits(task.scheduling_class);
  const auto& zone = call.settings.zone;
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

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

}  // namespace

std::string task_url(const Call& call, TaskId task) {
  return call.root_url() + "/tasks/" + task.to_string();
}

std::string run_url(const Call& call, TaskId task, RunId run) {
  return task_url(call, task) + "/runs/" + run.to_string();
}

Json from_stored(const JsonText& text) {
  return text.empty() ? Json() : Json::parse(text, nullptr, false);
}

Json task_object(const Call& call, const Task& task, bool with_detail, Privacy privacy) {
  Json object = from_stored(task.document);
  object.erase("participants");
  if (with_detail) object["detail"] = detail_object(call, task);
  if (privacy == Privacy::hidden) json::hide_private(object);
  return object;
}

void add_task_links(const Call& call, const Task& task, Json& object) {
  const std::string url = task_url(call, task.id);
  object["href"] = url;
  const auto detail = object.find("detail");
  if (detail == object.end()) return;
  (*detail)["href"] = url;
  (*detail)["runs-href"] = url + "/runs";
  (*detail)["first-run-href"] = url + "/runs/first";
  (*detail)["next-run-href"] = url + "/runs/next";
}

Json run_object(const Call& call, const Task& task, const ports::StoredRun& stored, Privacy privacy) {
  const Run& run = stored.run;
  const RunResults& results = stored.results;
  const auto& zone = call.settings.zone;
  // The wire knows whole seconds: a start is truncated, an end rounded up. A streamed result has no length.
  const Instant start = floor_to_second(run.times.start);
  const Instant end = run.times.empty() ? start : ceil_to_second(run.times.end);
  Json object = {{"start-time", format_timestamp(start, zone)},
                 {"end-time", format_timestamp(end, zone)},
                 {"duration", format_duration_weeks(end - start)},
                 {"added", format_timestamp(run.added, zone)},
                 {"participant", task.participant},
                 {"participants", task.participants},
                 {"participant-data", from_stored(run.participant_data)},
                 {"participant-data-full", from_stored(run.participant_data_full)},
                 {"state", traits(run.state).name},
                 {"state-display", traits(run.state).display},
                 {"errors", text_or_null(run.errors)},
                 {"priority", run.priority ? Json(*run.priority) : Json()},
                 {"limit-diags", text_or_null(run.limit_diags)},
                 {"result", from_stored(results.local)},
                 {"result-full", from_stored(results.full)},
                 {"result-merged", from_stored(results.merged)}};
  if (!results.clock_survey.empty()) object["clock-survey"] = from_stored(results.clock_survey);
  if (privacy == Privacy::hidden) json::hide_private(object);
  object["href"] = run_url(call, task.id, run.id);
  object["task-href"] = task_url(call, task.id);
  object["result-href"] = run_url(call, task.id, run.id) + "/result";
  return object;
}

}  // namespace pscheduler::api
