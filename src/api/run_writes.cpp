// Where runs fit, and runs that others place, complete or remove (spec api.md 11.5 to 11.8).

#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "presenter.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

constexpr int kRunSchemaMax = 1;

AsyncResult<Task> writable_task(const Call& call) {
  const auto id = call.task_id();
  if (!id) co_return fail(id.error());
  auto task = co_await call.services.store.task(*id);
  if (!task) co_return fail(std::move(task.error()));
  if (!*task) co_return fail(Errc::not_found, "There is no task " + id->to_string() + " on this node.");
  auto allowed = check_may_write(call, **task);
  if (!allowed) co_return fail(std::move(allowed.error()));
  co_return std::move(**task);
}

Result<Instant> start_time(const Call& call, const Json& body) {
  const auto text = json::find_string(body, "start-time");
  if (!text) return fail(Errc::invalid_argument, "start-time is missing; it is a date and time.");
  auto at = parse_timestamp(*text, call.settings.zone, TimestampForm::query);
  if (!at) return fail(Errc::invalid_argument, "start-time: " + at.error().message);
  return floor_to_second(*at);
}

// PUT of a run that this node does not know yet: its lead has chosen the time.
AsyncResult<HttpResponse> put_new_run(const Call& call, const Task& task, RunId id, const Json& body) {
  if (task.leads()) {
    co_return fail(Errc::invalid_argument,
                   "This host leads the task and gives its runs their ids; use POST.");
  }
  const auto start = start_time(call, body);
  if (!start) co_return fail(start.error());
  services::Why why{"Placed by the lead of its task.", actor_of(call)};
  auto placed = co_await call.services.scheduling.place(task, id, *start, std::move(why));
  if (!placed) co_return fail(std::move(placed.error()));
  co_return ok_response();
}

// As leads of 5.2 expect, data that come late are no error. The tool of a run under way has been given what
// there was, and that is what its run keeps; one that is over gets them for the record.
AsyncResult<HttpResponse> put_participant_data(const Call& call, Run known, const Json& data) {
  std::string text = json::to_compact(data);
  auto run = call.services.runner.set_participant_data_full(known.id, text);
  if (!run && !traits(known.state).final) co_return ok_response();
  if (!run) {
    known.participant_data_full = std::move(text);
    run = std::move(known);
  }
  const TaskId task = run->task;
  ports::Changes changes;
  changes.changed_runs.push_back(std::move(*run));
  auto stored = co_await call.services.journal.commit_for(task, std::move(changes));
  if (!stored) co_return fail(std::move(stored.error()));
  co_return ok_response();
}

AsyncResult<HttpResponse> put_full_result(const Call& call, ports::StoredRun stored, const Json& body) {
  const auto succeeded = json::find_bool(body, "succeeded");
  if (!succeeded) co_return fail(Errc::invalid_argument, "succeeded is missing; it is true or false.");
  const RunState to = *succeeded ? RunState::finished : RunState::failed;
  if (!traits(stored.run.state).final) {
    co_return fail(Errc::invalid_argument, "The run is still " + std::string(traits(stored.run.state).name) +
                                               " here; send the full result when it has ended.");
  }
  if (!is_allowed(stored.run.state, to)) {
    co_return fail(Errc::invalid_argument, "A run that is " + std::string(traits(stored.run.state).name) +
                                               " cannot become " + std::string(traits(to).name) + ".");
  }
  stored.results.full = json::to_compact(body["result-full"]);
  services::Why why{"The lead has sent the full result.", actor_of(call)};
  auto moved = co_await call.services.journal.move(stored.run, to, std::move(why), std::move(stored.results));
  if (!moved) co_return fail(std::move(moved.error()));
  co_return ok_response();
}

}  // namespace

AsyncResult<HttpResponse> get_runtimes(Call call) {
  const auto id = call.task_id();
  if (!id) co_return fail(id.error());
  const auto start = call.date_time("start");
  if (!start) co_return fail(start.error());
  const auto end = call.date_time("end");
  if (!end) co_return fail(end.error());
  const auto priority = call.integer("priority");
  if (!priority) co_return fail(priority.error());
  if (*start && *end && **end < **start) co_return fail(Errc::invalid_argument, "end lies before start.");
  auto task = co_await call.services.store.task(*id);
  if (!task) co_return fail(std::move(task.error()));
  if (!*task) co_return fail(Errc::not_found, "There is no task " + id->to_string() + " on this node.");
  const auto shown = [&](Instant at) { return Json(format_timestamp(at, call.settings.zone)); };
  Json list = Json::array();
  if (traits((*task)->scheduling_class).anytime) {
    list.push_back({{"lower", *start ? shown(**start) : Json()}, {"upper", *end ? shown(**end) : Json()}});
    co_return json_response(call, list);
  }
  for (const auto& range : call.services.scheduling.free_ranges(**task, *start, *end, *priority)) {
    // Rounded inwards, so that what is shown is free in whole seconds.
    const TimeRange whole{ceil_to_second(range.start), floor_to_second(range.end)};
    if (whole.length() < (*task)->duration) continue;
    list.push_back({{"lower", shown(whole.start)}, {"upper", shown(whole.end)}});
  }
  co_return json_response(call, list);
}

AsyncResult<HttpResponse> post_runs(Call call) {
  auto task = co_await writable_task(call);
  if (!task) co_return fail(std::move(task.error()));
  const auto body = call.body_object(kRunSchemaMax);
  if (!body) co_return fail(body.error());
  const auto start = start_time(call, *body);
  if (!start) co_return fail(start.error());
  if (!task->leads())
    co_return fail(Errc::invalid_argument, "This host does not lead the task; its lead places runs.");
  services::Why why{"Placed by a client.", actor_of(call)};
  auto placed = co_await call.services.scheduling.place(*task, std::nullopt, *start, std::move(why));
  if (!placed) co_return fail(std::move(placed.error()));
  co_return json_response(call, Json(run_url(call, task->id, *placed)));
}

AsyncResult<HttpResponse> put_run(Call call) {
  const auto id = call.run_id();
  if (!id) co_return fail(id.error());
  auto task = co_await writable_task(call);
  if (!task) co_return fail(std::move(task.error()));
  const auto body = call.body_object(kRunSchemaMax);
  if (!body) co_return fail(body.error());
  auto stored = co_await call.services.store.run(task->id, *id);
  if (!stored) co_return fail(std::move(stored.error()));
  if (!*stored) co_return co_await put_new_run(call, *task, *id, *body);
  if (const Json* data = json::find(*body, "part-data-full")) {
    co_return co_await put_participant_data(call, std::move((*stored)->run), *data);
  }
  if (body->contains("result-full")) co_return co_await put_full_result(call, std::move(**stored), *body);
  co_return fail(Errc::invalid_argument,
                 "The run exists; send part-data-full, or result-full and succeeded.");
}

AsyncResult<HttpResponse> delete_run(Call call) {
  const auto id = call.run_id();
  if (!id) co_return fail(id.error());
  auto task = co_await writable_task(call);
  if (!task) co_return fail(std::move(task.error()));
  services::Why why{"The run was removed.", actor_of(call)};
  auto removed = co_await call.services.scheduling.remove(std::move(*task), *id, std::move(why));
  if (!removed) co_return fail(std::move(removed.error()));
  co_return ok_response();
}

}  // namespace pscheduler::api
