#include "services/federation/peer_calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/addr/host_port.hpp"
#include "pscheduler/addr/percent.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/services/peer_extension.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::services {
namespace {

// The deadlines of 5.2; it has none for what asks plug-ins, of which each has 5 s and a host has a dozen.
constexpr Duration kAskLimit = std::chrono::seconds(10);
constexpr Duration kChangeLimit = std::chrono::seconds(30);
constexpr Duration kPluginsLimit = std::chrono::seconds(30);
constexpr Duration kRemoveLimit = std::chrono::seconds(5);

// The start is near, and who is there has the answer at hand.
constexpr Duration kStandsLimit = std::chrono::seconds(4);

constexpr Duration kWaitMargin = std::chrono::milliseconds(500);

// Answers are small, but for results and free times over many days.
constexpr std::size_t kAnswerBytesMax = 4u << 20;
constexpr std::size_t kResultBytesMax = 16u << 20;

// The highest schema of a task that hosts of 5.2 accept from a lead.
constexpr std::int64_t kOldSchemaMax = 4;

constexpr std::string_view kStepTask = "task";
constexpr std::string_view kStepFreeTimes = "free-times";
constexpr std::string_view kStepHold = "hold";
constexpr std::string_view kStepAnnounce = "announce";
constexpr std::string_view kStepResult = "result";

PeerCall call_to(const PeerSite& site, std::string method, const std::string& path, std::string occasion,
                 Duration limit) {
  PeerCall call;
  call.host = site.host;
  call.occasion = std::move(occasion);
  call.http.method = std::move(method);
  call.http.url = site.root + path;
  call.http.headers.emplace(kPeerHeader, kPeerVersion);
  if (!site.bind_address.empty()) call.http.bind_address = site.bind_address;
  call.http.time_limit = limit;
  call.http.body_bytes_max = kAnswerBytesMax;
  return call;
}

PeerCall get(const PeerSite& site, const std::string& path, std::string occasion,
             Duration limit = kAskLimit) {
  return call_to(site, "GET", path, std::move(occasion), limit);
}

PeerCall as_step(PeerCall call, TaskId task, std::string_view step) {
  call.task = task;
  call.step = step;
  return call;
}

void give(PeerCall& call, std::string json) {
  call.http.headers.emplace("Content-Type", "application/json");
  call.http.body = std::move(json);
}

std::string path_of(TaskId task) {
  return "/tasks/" + task.to_string();
}

std::string path_of(TaskId task, RunId run) {
  return path_of(task) + "/runs/" + run.to_string();
}

std::string with_key(const std::string& path, const std::string& key) {
  return key.empty() ? path : path + "?key=" + percent_encode(key);
}

}  // namespace

Result<PeerSite> site_of(const PeerAddress& peer) {
  const auto server = HostPort::parse(peer.host, BareIpv6::accepted);
  if (!server) {
    return fail(Errc::not_possible,
                fmt::format("{} cannot be called: {}", excerpt(peer.host), server.error().message));
  }
  return PeerSite{peer.host, "https://" + server->to_string() + "/pscheduler", peer.bind_address};
}

// Leads of 5.2 write two slashes here, and what they do is what every host is known to understand.
PeerCall level_call(const PeerSite& site) {
  return get(site, "//api", "when asked for its API level");
}

PeerCall tools_call(const PeerSite& site, const Json& test, std::int64_t level) {
  const auto path = fmt::format("//tools?test={}&api={}", percent_encode(json::to_compact(test)),
                                std::min(level, kApiLevel));
  auto call = get(site, path, "when asked for its tools", kPluginsLimit);
  call.kind = CallKind::working;
  return call;
}

PeerCall create_call(const PeerSite& site, TaskId task, int number, const Json& document) {
  auto call = call_to(site, "POST", fmt::format("{}?participant={}", path_of(task), number),
                      "when given the task", kPluginsLimit);
  call.kind = CallKind::working;
  give(call, json::to_compact(document));
  return as_step(std::move(call), task, kStepTask);
}

PeerCall task_call(const PeerSite& site, TaskId task) {
  auto call = get(site, path_of(task) + "?detail=True", "when asked for the task it was given");
  return as_step(std::move(call), task, kStepTask);
}

PeerCall presence_call(const PeerSite& site, TaskId task) {
  return as_step(get(site, "/", "when asked whether it is there"), task, kStepFreeTimes);
}

PeerCall times_call(const PeerSite& site, TaskId task, TimeRange window, std::optional<std::int64_t> priority,
                    std::optional<Instant> nominal_start) {
  auto path = fmt::format("{}/runtimes?start={}&end={}", path_of(task),
                          percent_encode(format_timestamp_z(floor_to_second(window.start))),
                          percent_encode(format_timestamp_z(ceil_to_second(window.end))));
  // As leads of 5.2 say it: the argument is older than the level that would have come with it.
  if (priority) path += fmt::format("&priority={}&api=4", *priority);
  auto call = get(site, path, "when asked for its free times");
  if (nominal_start) {
    call.http.headers.emplace(kNominalStartHeader, format_timestamp_micros(*nominal_start, Zone::utc()));
  }
  return as_step(std::move(call), task, kStepFreeTimes);
}

PeerCall hold_call(const PeerSite& site, const HoldRequest& request, const Zone& zone) {
  auto call = call_to(site, "PUT", with_key(path_of(request.task, request.run), request.key),
                      "when asked to hold a run", kChangeLimit);
  auto& headers = call.http.headers;
  headers.emplace(kStartHeader, format_timestamp_micros(request.start, Zone::utc()));
  headers.emplace(kHoldHeader, format_duration(request.hold));
  headers.emplace(kNominalStartHeader, format_timestamp_micros(request.nominal_start, Zone::utc()));
  if (request.takes_turn) headers.emplace(kTakesTurnHeader, "1");
  give(call, json::to_compact({{"start-time", format_timestamp(request.start, zone)}}));
  return as_step(std::move(call), request.task, kStepHold);
}

PeerCall run_call(const PeerSite& site, TaskId task, RunId run, const std::string& key) {
  auto call = get(site, with_key(path_of(task, run), key), "when asked for the run it holds");
  return as_step(std::move(call), task, kStepHold);
}

PeerCall announce_call(const PeerSite& site, TaskId task, RunId run, const std::string& key,
                       const JsonText& participant_data_full) {
  auto call = call_to(site, "PUT", with_key(path_of(task, run), key), "when told that the run is agreed on",
                      kChangeLimit);
  give(call, R"({"part-data-full":)" + participant_data_full + "}");
  return as_step(std::move(call), task, kStepAnnounce);
}

PeerCall remove_call(const PeerSite& site, TaskId task, std::optional<RunId> run, const std::string& key) {
  const auto path = run ? path_of(task, *run) : path_of(task);
  return call_to(site, "DELETE", with_key(path, key),
                 run ? "when asked to remove a run" : "when asked to remove a task", kRemoveLimit);
}

PeerCall tell_lead_call(const PeerSite& site, TaskId task, RunId run, const std::string& key,
                        const JsonText& what) {
  auto call = call_to(site, "PUT", with_key(path_of(task, run), key), "when told that its run gave way here",
                      kRemoveLimit);
  give(call, what);
  return call;
}

PeerCall lead_run_call(const PeerSite& site, TaskId task, RunId run) {
  return get(site, path_of(task, run), "when asked whether its run is still to be", kStandsLimit);
}

PeerCall result_call(const PeerSite& site, TaskId task, RunId run, Duration wait) {
  const auto seconds = std::max(std::chrono::floor<std::chrono::seconds>(wait), std::chrono::seconds(1));
  auto call = get(site, fmt::format("{}?wait-local=True&wait={}", path_of(task, run), seconds.count()),
                  "when asked for its result", seconds + kWaitMargin);
  call.kind = CallKind::waiting;
  call.http.body_bytes_max = kResultBytesMax;
  return as_step(std::move(call), task, kStepResult);
}

PeerCall clock_call(const PeerSite& site) {
  return get(site, "/clock", "when asked for its clock");
}

Json lowered(Json document) {
  if (json::find_integer(document, "schema").value_or(1) <= kOldSchemaMax) return document;
  document["schema"] = kOldSchemaMax;
  document.erase("keep-after-archive");  // what schema 5 added; only the lead acts on it
  return document;
}

}  // namespace pscheduler::services
