#include "unit/batch/scripted_leads.hpp"

#include "pscheduler/addr/percent.hpp"
#include "pscheduler/addr/url.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::batch::testing {
namespace {

using ports::AsyncResult;
using ports::HttpAnswer;

constexpr std::string_view kPrefix = "/pscheduler/";
constexpr Duration kPoll = std::chrono::seconds(30);

HttpAnswer answer_json(const Json& value) {
  return {200, {}, value.dump()};
}

HttpAnswer answer_text(int status, std::string text) {
  return {status, {}, std::move(text)};
}

// In functions, since GCC 12 destroys what initializer lists of coroutines hold once too often.
Json task_object(const std::string& url) {
  return {{"detail", {{"first-run-href", url + "/runs/first"}, {"runs-href", url + "/runs"}}}};
}

Json participants_of(const std::string& spec) {
  const auto read = json::read(spec);
  return {{"participants", {read->contains("host") ? (*read)["host"] : Json()}}};
}

Json only(const std::string& url) {
  Json list = Json::array();
  list.push_back(url);
  return list;
}

struct Counted {
  std::size_t& number;
  ~Counted() { --number; }
};

}  // namespace

std::vector<Instant> ScriptedLeads::times_of(const std::string& line) const {
  std::vector<Instant> times;
  for (const auto& request : log) {
    if (request.line.starts_with(line)) times.push_back(request.at);
  }
  return times;
}

AsyncResult<HttpAnswer> ScriptedLeads::call(ports::HttpCall call) {
  const auto url = Url::parse(call.url);
  const std::string line =
      call.method + " " + url->server.to_string() + "/" + std::string(url->target).substr(kPrefix.size());
  log.push_back({clock_.now(), line});
  most_open = std::max(most_open, ++open);
  const Counted counted{open};
  co_await clock_.sleep_for(latency);
  if (dead.contains(url->server.to_string())) co_return fail(Errc::unreachable, "connection refused");
  if (instead) {
    if (auto other = instead(line)) co_return *other;
  }
  auto answering = answer(std::move(call));
  auto given = co_await std::move(answering);
  if (dead.contains(url->server.to_string())) co_return fail(Errc::unreachable, "connection reset");
  co_return given;
}

AsyncResult<HttpAnswer> ScriptedLeads::answer(ports::HttpCall call) {
  const auto url = Url::parse(call.url);
  const auto host = url->server.to_string();
  auto path = std::string(url->target).substr(kPrefix.size());
  const auto mark = std::min(path.find('?'), path.size());
  const auto query = path.substr(mark);
  path.resize(mark);
  if (path == "tests/idle/participants") {
    const auto spec = percent_decode(query.substr(std::string("?spec=").size()), Plus::literal);
    co_return answer_json(participants_of(*spec));
  }
  if (call.method == "POST") co_return answer_json(Json(make_task(host, call.body)));
  const std::string before = "tasks/";
  const auto slash = path.find('/', before.size());
  const auto id = path.substr(before.size(), slash == std::string::npos ? slash : slash - before.size());
  const auto found = tasks.find(id);
  if (!path.starts_with(before) || found == tasks.end()) co_return answer_text(404, "not here\n");
  if (call.method == "DELETE") {
    if (clock_.now() < found->second.slot.start) found->second.canceled = true;
    co_return answer_text(200, "OK");
  }
  const auto rest = slash == std::string::npos ? "" : path.substr(slash);
  auto answering = answer_about(found->second, "https://" + host + "/pscheduler/tasks/" + id, rest, query);
  co_return co_await std::move(answering);
}

AsyncResult<HttpAnswer> ScriptedLeads::answer_about(const ScriptedTask& task, std::string url,
                                                    std::string rest, std::string query) {
  const auto run_url = url + "/runs/1";
  if (rest.empty()) {
    co_return answer_json(task_object(url));
  }
  if (rest == "/runs") {
    co_return answer_json(only(run_url));
  }
  if (rest == "/runs/1/result") {
    if (task.canceled || clock_.now() < task.slot.end) co_return answer_text(404, "not here\n");
    if (query.find("json") != std::string::npos) co_return answer_text(200, R"({"succeeded": true})");
    co_return answer_text(200, "idled");
  }
  if (rest == "/runs/1" && query == "?wait-merged=True" && !task.canceled) {
    const Instant until = std::min(clock_.now() + kPoll, task.slot.end);
    co_await clock_.sleep_until(until);
  }
  co_return answer_json(run_of(task, url));
}

std::string ScriptedLeads::make_task(const std::string& host, const std::string& body) {
  ScriptedTask task;
  task.document = *json::read(body);
  task.host = host;
  task.posted = clock_.now();
  const auto& schedule = task.document["schedule"];
  task.slot.start = clock_.now();
  if (schedule.contains("start")) {
    task.slot.start = *parse_timestamp_utc(schedule["start"].get<std::string>(), TimestampForm::body);
  }
  const auto length = parse_duration(task.document["test"]["spec"]["duration"].get<std::string>());
  task.slot.end = task.slot.start + *length;
  const auto id = std::to_string(tasks.size() + 1);
  tasks[id] = std::move(task);
  return "https://" + host + "/pscheduler/tasks/" + id;
}

Json ScriptedLeads::run_of(const ScriptedTask& task, const std::string& task_url) const {
  const bool over = clock_.now() >= task.slot.end;
  const char* state = task.canceled ? "canceled" : over ? "finished" : "pending";
  Json run = {{"href", task_url + "/runs/1"},
              {"result-href", task_url + "/runs/1/result"},
              {"start-time", format_timestamp_z(task.slot.start)},
              {"end-time", format_timestamp_z(task.slot.end)},
              {"state", state},
              {"result-merged", nullptr}};
  if (over && !task.canceled) run["result-merged"] = {{"succeeded", true}};
  return run;
}

}  // namespace pscheduler::batch::testing
