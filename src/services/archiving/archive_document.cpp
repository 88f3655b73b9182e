#include "services/archiving/archive_document.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/hidden.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/services/default_archives.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::services {
namespace {

// A host that calls itself does so from the address it calls. Whom a proxy asks for is never this host.
bool is_from_this_host(const Hints& hints) {
  if (!hints.requester_proxied_by.empty()) return false;
  const auto requester = IpAddress::parse(hints.requester);
  if (!requester) return false;
  if (requester->unmapped().is_loopback()) return true;
  const auto server = IpAddress::parse(hints.server);
  return server && server->unmapped() == requester->unmapped();
}

}  // namespace

ArchiveLinks archive_links(const std::string& root, TaskId task, RunId run) {
  ArchiveLinks links;
  links.task = root + "/tasks/" + task.to_string();
  links.run = links.task + "/runs/" + run.to_string();
  return links;
}

Json archived_result(const Task& task, const ports::StoredRun& stored, const Json& tool_version,
                     const ArchiveLinks& links, const Zone& zone) {
  Json document = task_document(task);
  document.erase("archives");
  document["detail"] = task_detail(task, zone);
  json::hide_private(document);
  document["href"] = links.task;

  Json run = run_value(task, stored, zone);
  for (const char* own : {"participant-data", "participant-data-full", "result"}) run.erase(own);
  run["href"] = links.run;
  run["task-href"] = links.task;

  Json result = {{"id", stored.run.id.to_string()},
                 {"schedule",
                  {{"start", format_timestamp(stored.run.times.start, zone)},
                   {"duration", format_duration(task.duration)}}},
                 {"test", document.value("test", Json::object())},
                 {"tool", {{"name", task.tool}, {"version", tool_version}}},
                 {"participants", task.participants},
                 {"result", run["result-merged"]},
                 {"reference", document.value("reference", Json())}};
  result["task"] = std::move(document);
  result["run"] = std::move(run);
  return result;
}

std::string archive_record(const Json& data, const Archiving& archiving, const Hints& hints, Json result,
                           const ArchiveLinks& links, const Zone& zone) {
  const auto& last = archiving.last_attempt;
  Json record = {{"data", data},
                 {"task-href", links.task},
                 {"run-href", links.run},
                 {"attempts", archiving.attempts},
                 {"last-attempt", last ? Json(format_timestamp(*last, zone)) : Json()}};
  const bool is_from_outside = !is_of_default(archiving) && !is_from_this_host(hints);
  if (is_from_outside) record["from-outside"] = true;
  record["result"] = std::move(result);
  return json::to_compact(record);
}

std::optional<Duration> keep_after_archive(const Task& task) {
  const auto text = json::find_string(stored_value(task.document), "keep-after-archive");
  if (!text) return std::nullopt;
  const auto length = parse_duration(*text);
  return length ? std::optional(*length) : std::nullopt;
}

}  // namespace pscheduler::services
