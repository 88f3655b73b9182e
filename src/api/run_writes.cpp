// Where runs fit, and runs that others place, complete or remove (spec api.md 11.5 to 11.8).

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "presenter.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/services/peer_extension.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

constexpr int kRunSchemaMax = 1;

// No lead may keep this node's time for longer without confirming its run.
constexpr Duration kHoldMax = std::chrono::minutes(5);

// Whether the lead that asks is a node of this kind.
bool is_peer(const Call& call) {
  return call.request.header(services::kPeerHeader).has_value();
}

// The lead of a task has shown itself: what could not be settled with it may be now.
void note_lead(const Call& call, const Task& task) {
  if (task.leads() || call.request.peer_address != task.hints.requester) return;
  call.services.peers.heard_from(task.participants.front());
}

AsyncResult<Task> writable_task(const Call& call) {
  const auto id = call.task_id();
  if (!id) co_return fail(id.error());
  auto task = co_await call.services.store.task(*id);
  if (!task) co_return fail(std::move(task.error()));
  if (!*task) co_return fail(Errc::not_found, "There is no task " + id->to_string() + " on this node.");
  auto allowed = check_may_write(call, **task);
  if (!allowed) co_return fail(std::move(allowed.error()));
  note_lead(call, **task);
  co_return std::move(**task);
}

// When the run is to start, and by which offset that was said.
Result<services::Placement> start_time(const Call& call, const Json& body) {
  const auto text = json::find_string(body, "start-time");
  if (!text) return fail(Errc::invalid_argument, "start-time is missing; it is a date and time.");
  const auto at = parse_timestamp(*text, call.settings.zone, TimestampForm::query);
  const auto written = parse_written_timestamp(*text, TimestampForm::query);
  if (!at || !written) {
    return fail(Errc::invalid_argument, "start-time: " + (at ? written.error() : at.error()).message);
  }
  return services::Placement{floor_to_second(*at), written->offset};
}

// As nodes of this kind say it; absent when they do not.
Result<std::optional<Instant>> moment_of(const Call& call, std::string_view header) {
  const auto text = call.request.header(header);
  if (!text) return std::nullopt;
  const auto parsed = parse_timestamp(*text, call.settings.zone, TimestampForm::query);
  if (!parsed) return fail(Errc::invalid_argument, std::string(header) + ": " + parsed.error().message);
  return *parsed;
}

// The exact start, and whether the run is only to be held, as leads of this kind say it beside the body.
Result<services::Placement> placement(const Call& call, const Json& body) {
  auto start = start_time(call, body);
  if (!start || !is_peer(call)) return start;
  services::Placement placement = std::move(*start);
  const auto exact = moment_of(call, services::kStartHeader);
  if (!exact) return fail(exact.error());
  placement.start = exact->value_or(placement.start);
  const auto nominal = moment_of(call, services::kNominalStartHeader);
  if (!nominal) return fail(nominal.error());
  placement.nominal_start = *nominal;
  placement.takes_turn = nominal->has_value() && call.request.header(services::kTakesTurnHeader).has_value();
  if (const auto hold = call.request.header(services::kHoldHeader)) {
    const auto length = parse_duration(*hold);
    if (!length) {
      return fail(Errc::invalid_argument, std::string(services::kHoldHeader) + ": " + length.error().message);
    }
    placement.hold = std::clamp<Duration>(*length, Duration::zero(), kHoldMax);
  }
  return placement;
}

// PUT of a run that this node does not know yet: its lead has chosen the time.
AsyncResult<HttpResponse> put_new_run(const Call& call, const Task& task, RunId id, const Json& body) {
  if (task.leads()) {
    co_return fail(Errc::invalid_argument,
                   "This host leads the task and gives its runs their ids; use POST.");
  }
  const auto when = placement(call, body);
  if (!when) co_return fail(when.error());
  services::Why why{when->hold ? "Held for the lead of its task." : "Placed by the lead of its task.",
                    actor_of(call)};
  auto placed = co_await call.services.scheduling.place(task, id, *when, std::move(why));
  if (!placed) co_return fail(std::move(placed.error()));
  if (!is_peer(call)) co_return ok_response();
  // What a lead of 5.2 has to ask for.
  auto stored = co_await call.services.store.run(task.id, id);
  if (!stored) co_return fail(std::move(stored.error()));
  if (!*stored) co_return fail(Errc::conflict, "The run was removed meanwhile.");
  co_return json_response(call, run_object(call, task, **stored, {}, Privacy::shown));
}

// As leads of 5.2 expect, data that come late are no error. The tool of a run under way has been given what
// there was, and that is what its run keeps; one that is over gets them for the record.
AsyncResult<HttpResponse> put_participant_data(const Call& call, const Task& task, Run known,
                                               const Json& data) {
  std::string text = json::to_compact(data);
  if (known.held_until) {
    services::Why why{"Confirmed by the lead of its task.", actor_of(call)};
    auto confirmed = co_await call.services.scheduling.confirm(task, known.id, text, std::move(why));
    if (!confirmed) co_return fail(std::move(confirmed.error()));
    if (*confirmed) co_return ok_response();
    co_return fail(Errc::conflict, "The run is no longer held here.");
  }
  // A lead of this kind has to know that the run will not be.
  if (is_peer(call) && traits(known.state).final) {
    co_return fail(Errc::conflict, "The run is " + std::string(traits(known.state).name) + " here: " +
                                       (known.errors.empty() ? "no reason is known." : known.errors));
  }
  auto run = call.services.runner.set_participant_data_full(known.id, text);
  if (!run && !traits(known.state).final) co_return ok_response();
  if (!run) {
    known.participant_data_full = std::move(text);
    run = std::move(known);
  }
  ports::Changes changes;
  changes.changed_runs.push_back(std::move(*run));
  auto stored = co_await call.services.journal.commit_for(task.id, std::move(changes));
  if (!stored) co_return fail(std::move(stored.error()));
  co_return ok_response();
}

// Another participant has given up a run that this node leads.
AsyncResult<HttpResponse> put_gave_way(const Call& call, Task task, RunId id, const Json& notice) {
  const auto participant = json::find_integer(notice, "participant");
  const auto reason = json::find_string(notice, "reason");
  const auto count = static_cast<std::int64_t>(task.participants.size());
  if (!task.leads() || !participant || *participant < 1 || *participant >= count || !reason) {
    co_return fail(Errc::invalid_argument,
                   std::string(services::kGaveWay) +
                       ": the number of the participant and its reason are told to the lead of a run.");
  }
  auto lost = co_await call.services.scheduling.gave_way(std::move(task), id, static_cast<int>(*participant),
                                                         *reason);
  if (!lost) co_return fail(std::move(lost.error()));
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
  const auto nominal = moment_of(call, services::kNominalStartHeader);
  if (!nominal) co_return fail(nominal.error());
  if (*start && *end && **end < **start) co_return fail(Errc::invalid_argument, "end lies before start.");
  auto task = co_await call.services.store.task(*id);
  if (!task) co_return fail(std::move(task.error()));
  if (!*task) co_return fail(Errc::not_found, "There is no task " + id->to_string() + " on this node.");
  note_lead(call, **task);
  const auto& scheduling = call.services.scheduling;
  const Zone& zone = call.settings.zone;
  const bool exact = is_peer(call);
  const auto shown = [&](Instant at) {
    return Json(exact ? format_timestamp_micros(at, zone) : format_timestamp(at, zone));
  };
  Json list = Json::array();
  if (traits((*task)->scheduling_class).anytime) {
    list.push_back({{"lower", *start ? shown(**start) : Json()}, {"upper", *end ? shown(**end) : Json()}});
  } else {
    for (TimeRange range : scheduling.free_ranges(**task, *start, *end, *priority, *nominal)) {
      // Rounded inwards, so that what is shown is free in whole seconds.
      if (!exact) range = {ceil_to_second(range.start), floor_to_second(range.end)};
      if (range.length() < (*task)->duration) continue;
      list.push_back({{"lower", shown(range.start)}, {"upper", shown(range.end)}});
    }
  }
  auto response = json_response(call, list);
  if (exact) {
    response.headers.emplace_back(services::kEarliestStartHeader,
                                  format_timestamp_micros(scheduling.earliest_start(**task), zone));
  }
  co_return response;
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
  if (const Json* notice = json::find_object(*body, services::kGaveWay)) {
    co_return co_await put_gave_way(call, std::move(*task), *id, *notice);
  }
  auto stored = co_await call.services.store.run(task->id, *id);
  if (!stored) co_return fail(std::move(stored.error()));
  if (!*stored) co_return co_await put_new_run(call, *task, *id, *body);
  if (const Json* data = json::find(*body, "part-data-full")) {
    co_return co_await put_participant_data(call, *task, std::move((*stored)->run), *data);
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
