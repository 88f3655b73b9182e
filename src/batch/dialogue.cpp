#include "batch/dialogue.hpp"

#include <algorithm>

#include "pscheduler/addr/percent.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/model/run_state.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::batch {
namespace {

using ports::AsyncResult;

constexpr const char* kFormats[] = {"application/json", "text/plain", "text/html"};

// How long a run may stay without a final state after its planned end: its participants' results are fetched
// meanwhile.
constexpr Duration kOverdue = std::chrono::minutes(10);

// A server that ignores wait-merged answers at once; it is not asked in a loop then.
constexpr Duration kShortAnswer = std::chrono::milliseconds(500);
constexpr Duration kPause = std::chrono::seconds(1);

tl::unexpected<Error> trouble(const std::string& step, const Error& error) {
  auto message = error.message;
  while (message.ends_with('.')) message.pop_back();
  return fail(error.code, step + ": " + message);
}

std::optional<RunState> state_of(const Json& run) {
  return parse_run_state(json::find_string(run, "state").value_or(""));
}

}  // namespace

Json failure_element(const Error& error) {
  return {{"succeeded", false}, {"error", error.message}};
}

std::optional<TimeRange> slot_of(const Json& run) {
  const auto start =
      parse_timestamp_utc(json::find_string(run, "start-time").value_or(""), TimestampForm::body);
  const auto end = parse_timestamp_utc(json::find_string(run, "end-time").value_or(""), TimestampForm::body);
  if (!start || !end) return std::nullopt;
  return TimeRange{*start, *end};
}

bool is_final(const Json& run) {
  const auto state = state_of(run);
  return state && traits(*state).final;
}

bool was_canceled(const Json& run) {
  return state_of(run) == RunState::canceled;
}

bool carries_a_stream(const Json& run) {
  const auto merged = run.find("result-merged");
  return merged != run.end() && merged->is_null() && state_of(run) == RunState::finished;
}

void Dialogue::tell(const std::string& text) const {
  if (observer_.wants_debug()) observer_.debug(name_ + ": " + text);
}

AsyncResult<std::string> Dialogue::lead_of(Json task) {
  const auto root = world_.api_root(settings_.assist);
  if (!root) co_return fail(root.error());
  const Json& test = task["test"];
  const auto type = json::find_string(test, "type").value_or("");
  const auto url = *root + "tests/" + percent_encode(type) +
                   "/participants?spec=" + percent_encode(json::to_compact(test["spec"]));
  tell("participants are asked for at " + url);
  auto asking = servers_.get(url, settings_.assist_bind);
  const auto answer = co_await std::move(asking);
  const auto reply = json_of(answer);
  if (!reply) co_return trouble("could not determine the participants", reply.error());
  tell("participants: " + json::to_plain(*reply));
  const Json* participants = json::find_array(*reply, "participants");
  if (participants == nullptr || participants->empty()) {
    co_return fail(Errc::invalid_argument,
                   "could not determine the participants: " + settings_.assist + " names none");
  }
  if (participants->front().is_string()) co_return participants->front().get<std::string>();
  const auto lead = settings_.lead.value_or(settings_.local_host);
  tell("the lead is open; " + lead + " is to do it");
  co_return lead;
}

AsyncResult<std::string> Dialogue::post(std::string lead, Json task) {
  const auto root = world_.api_root(lead);
  if (!root) co_return trouble("could not post", root.error());
  tell("posting to " + *root + "tasks");
  auto posting = servers_.post(*root + "tasks", settings_.bind, json::to_compact(task));
  const auto answer = co_await std::move(posting);
  const auto reply = json_of(answer);
  if (!reply) co_return trouble("could not post to " + lead, reply.error());
  if (!reply->is_string()) {
    co_return fail(Errc::invalid_argument,
                   "could not post to " + lead + ": it did not answer with the task's URL");
  }
  auto url = reply->get<std::string>();
  tell("the task is " + url);
  co_return url;
}

AsyncResult<Dialogue::Course> Dialogue::first_run(std::string task_url, bool wait) {
  auto asking = servers_.get(task_url + "?detail=True", settings_.bind);
  const auto answer = co_await std::move(asking);
  const auto task = json_of(answer);
  if (!task) co_return trouble("could not get the task", task.error());
  const Json* found = json::find_object(*task, "detail");
  const Json detail = found == nullptr ? Json::object() : *found;
  Course course;
  course.runs_url = json::find_string(detail, "runs-href").value_or(task_url + "/runs");
  auto first_url = json::find_string(detail, "first-run-href").value_or(task_url + "/runs/first");
  tell("the first run is asked for at " + first_url);
  if (!wait) first_url += "?wait=0";
  auto polling = servers_.poll(first_url, settings_.bind, world_.clock.now());
  const auto reply = co_await std::move(polling);
  auto run = json_of(reply);
  if (!run && run.error().code == Errc::not_found) {
    co_return fail(Errc::not_found, "the task was never scheduled");
  }
  if (!run) co_return trouble("could not get the first run", run.error());
  if (!json::find_string(*run, "href") || !json::find_string(*run, "result-href") || !slot_of(*run)) {
    co_return fail(Errc::invalid_argument,
                   "the first run lacks 'href', 'start-time', 'end-time' or 'result-href'");
  }
  course.run = std::move(*run);
  tell("the first run is " + course.run["href"].get<std::string>());
  co_return course;
}

AsyncResult<Json> Dialogue::until_final(Json run) {
  const auto url = json::find_string(run, "href").value_or("");
  const auto slot = slot_of(run).value_or(TimeRange{});
  auto& clock = world_.clock;
  // The clock here may differ from the lead's; the run is not over before its length has passed.
  const Instant deadline = std::max(slot.end, clock.now() + slot.length()) + kOverdue;
  const auto left = std::chrono::ceil<std::chrono::seconds>(slot.end - clock.now()).count();
  tell("the run ends in " + std::to_string(std::max<std::int64_t>(left, 0)) +
       " s; its result is awaited at " + url);
  while (!is_final(run)) {
    if (clock.now() >= deadline) {
      co_return fail(Errc::timed_out, "the run " + url + " has not come to an end; it is " +
                                          json::find_string(run, "state").value_or("in no state"));
    }
    const Duration asked = clock.steady();
    auto polling = servers_.poll(url + "?wait-merged=True", settings_.bind, slot.end);
    const auto answer = co_await std::move(polling);
    auto now = json_of(answer);
    if (!now) co_return trouble("could not get the run", now.error());
    run = std::move(*now);
    if (!is_final(run) && clock.steady() - asked < kShortAnswer) co_await clock.sleep_for(kPause);
  }
  co_return run;
}

AsyncResult<Json> Dialogue::formats_of(Json run) {
  Json formats = Json::object();
  if (!run.contains("result-merged") || carries_a_stream(run)) {
    formats[kFormats[0]] = std::move(run);
    co_return formats;
  }
  const auto url = json::find_string(run, "result-href").value_or("");
  for (const auto* format : kFormats) {
    auto asking = servers_.get(url + "?format=" + percent_encode(format), settings_.bind);
    const auto answer = co_await std::move(asking);
    const bool is_json = format == kFormats[0];
    Result<Json> value = is_json
                             ? json_of(answer)
                             : text_of(answer).map([](std::string text) { return Json(std::move(text)); });
    tell(std::string(format) + (value ? " is here" : " failed: " + value.error().message));
    formats[format] = value ? std::move(*value) : failure_element(value.error());
  }
  co_return formats;
}

AsyncResult<Json> Dialogue::results(Json known, std::string runs_url) {
  auto listing = servers_.get(runs_url, settings_.bind);
  const auto list_answer = co_await std::move(listing);
  const auto list = json_of(list_answer);
  if (!list) co_return trouble("could not get the list of runs", list.error());
  Json runs = Json::array();
  for (const auto& item : *list) {
    if (!item.is_string()) co_return fail(Errc::invalid_argument, "the list of runs is not one of URLs");
    const auto url = item.get<std::string>();
    Json run;
    if (url == json::find_string(known, "href")) {
      run = known;
    } else {
      auto asking = servers_.get(url, settings_.bind);
      const auto answer = co_await std::move(asking);
      auto fetched = json_of(answer);
      if (!fetched) co_return trouble("could not get the run " + url, fetched.error());
      run = std::move(*fetched);
    }
    tell("the run " + url + " is here");
    auto formatting = formats_of(std::move(run));
    auto formats = co_await std::move(formatting);
    if (!formats) co_return formats;
    runs.push_back(std::move(*formats));
  }
  co_return runs;
}

AsyncResult<void> Dialogue::cancel(std::string task_url, std::string key) {
  const auto url = key.empty() ? task_url : task_url + "?key=" + percent_encode(key);
  tell("canceling " + task_url);
  auto removing = servers_.remove(url, settings_.bind);
  const auto answer = co_await std::move(removing);
  const auto reply = text_of(answer);
  if (!reply) co_return fail(reply.error());
  co_return Result<void>{};
}

}  // namespace pscheduler::batch
