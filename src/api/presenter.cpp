#include "presenter.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/hidden.hpp"
#include "pscheduler/services/default_archives.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

// What the store can tell of a task's life; clients of 5.2 ignore it.
Json task_history(const Call& call, const Task& task) {
  const auto& zone = call.settings.zone;
  const auto event = [&](Instant at, std::string_view what) {
    return Json{{"time", format_timestamp_micros(at, zone)}, {"event", what}};
  };
  Json history = Json::array({event(task.added, "added")});
  history.back()["actor"] = "api " + task.hints.requester;
  if (task.progress.first_start && task.progress.runs_started > 0) {
    history.push_back(event(*task.progress.first_start, "first-start"));
  }
  if (task.progress.canceled_at) history.push_back(event(*task.progress.canceled_at, "canceled"));
  std::stable_sort(history.begin(), history.end(),
                   [](const Json& a, const Json& b) { return a["time"] < b["time"]; });
  return history;
}

// The archiver as it enumerates itself; of one that is no longer there what is known.
Json archiver_object(const Call& call, const std::string& archiver) {
  const auto* plugin = call.services.plugins.find(services::PluginClass::archiver, archiver);
  return plugin == nullptr ? Json{{"name", archiver}} : *plugin->enumeration;
}

Json archiving_object(const Call& call, const Archiving& archiving) {
  Json spec = from_stored(archiving.spec);
  // Whose key shows what is private has no part in this host's own archives.
  if (services::is_of_default(archiving)) json::hide_private(spec);
  const auto data = spec.find("data");
  Json object = {{"archiver", archiver_object(call, archiving.archiver)},
                 {"archiver_data", data == spec.end() ? Json() : *data},
                 {"completed", archiving.completed},
                 {"archived", archiving.archived},
                 {"last_attempt", archiving.last_attempt ? Json(format_timestamp_micros(
                                                               *archiving.last_attempt, call.settings.zone))
                                                         : Json()},
                 {"diags", from_stored(archiving.diags)}};
  object["spec"] = std::move(spec);
  return object;
}

}  // namespace

std::string task_url(const Call& call, TaskId task) {
  return call.root_url() + "/tasks/" + task.to_string();
}

std::string run_url(const Call& call, TaskId task, RunId run) {
  return task_url(call, task) + "/runs/" + run.to_string();
}

Json from_stored(const JsonText& text) {
  return services::stored_value(text);
}

Json task_object(const Call& call, const Task& task, bool with_detail, Privacy privacy) {
  Json object = services::task_document(task);
  if (with_detail) {
    object["detail"] = services::task_detail(task, call.settings.zone);
    object["detail"]["attempts"] = task.progress.attempts;
    object["detail"]["plans-runs"] = task.progress.plans_runs;
    object["detail"]["history"] = task_history(call, task);
  }
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

TimeRange shown_times(const TimeRange& times) {
  const Instant start = floor_to_second(times.start);
  return {start, times.empty() ? start : ceil_to_second(times.end)};
}

Json run_object(const Call& call, const Task& task, const ports::StoredRun& stored,
                const std::vector<Archiving>& archivings, Privacy privacy) {
  const Run& run = stored.run;
  Json object = services::run_value(task, stored, call.settings.zone);
  for (const auto& archiving : archivings) object["archivings"].push_back(archiving_object(call, archiving));
  if (privacy == Privacy::hidden) json::hide_private(object);
  object["href"] = run_url(call, task.id, run.id);
  object["task-href"] = task_url(call, task.id);
  object["result-href"] = run_url(call, task.id, run.id) + "/result";
  return object;
}

Json history_array(const Call& call, const std::vector<StateChange>& history) {
  Json list = Json::array();
  for (const auto& change : history) {
    list.push_back({{"time", format_timestamp_micros(change.at, call.settings.zone)},
                    {"from", change.from ? Json(traits(*change.from).name) : Json()},
                    {"to", traits(change.to).name},
                    {"reason", change.reason},
                    {"actor", change.actor}});
  }
  return list;
}

}  // namespace pscheduler::api
