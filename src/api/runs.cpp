// Runs and their results, as they are read (spec api.md 11.3, 11.4, 12).

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "presenter.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/hidden.hpp"

namespace pscheduler::api {
namespace {

constexpr Duration kDefaultWait = std::chrono::seconds(30);
constexpr std::int64_t kWaitMaxSeconds = 3600;              // longer polls are cut; clients ask again
constexpr Duration kResultWait = std::chrono::seconds(10);  // GET …/result?wait

enum class WaitFor { nothing, local_result, merged_result };

Result<WaitFor> wanted_wait(const Call& call) {
  const bool local = call.flag("wait-local");
  const bool merged = call.flag("wait-merged");
  if (local && merged) return fail(Errc::invalid_argument, "Ask for wait-local or wait-merged, not both.");
  return local ? WaitFor::local_result : merged ? WaitFor::merged_result : WaitFor::nothing;
}

Result<Duration> wait_length(const Call& call) {
  const auto seconds = call.integer("wait");
  if (!seconds) return fail(seconds.error());
  if (!*seconds) return kDefaultWait;
  if (**seconds < 0) return fail(Errc::invalid_argument, "wait is negative; it is a number of seconds.");
  return Duration(std::chrono::seconds(std::min(**seconds, kWaitMaxSeconds)));
}

// A final state never changes into one with a result, so nobody is kept waiting for it.
bool satisfied(const ports::StoredRun& stored, WaitFor what) {
  if (traits(stored.run.state).final) return true;
  switch (what) {
    case WaitFor::nothing:
      return true;
    case WaitFor::local_result:
      return !stored.results.local.empty();
    case WaitFor::merged_result:
      return false;
  }
  return true;
}

Error no_such_run(const Call& call) {
  return {Errc::not_found,
          "There is no run '" + excerpt(call.names.at(1)) + "' of task " + excerpt(call.names.at(0)) +
              " on this node.",
          {}};
}

// The run that the path names; `first` and `next` are looked up anew. Nothing when there is none to be seen.
AsyncResult<std::optional<ports::StoredRun>> look_up(const Call& call, TaskId task) {
  auto& store = call.services.store;
  const std::string& name = call.names.at(1);
  std::optional<RunId> id;
  if (name == "first" || name == "next") {
    const Instant from = floor_to_second(call.services.clock.now());
    auto found = name == "first" ? store.first_run(task) : store.next_run(task, from);
    auto first = co_await std::move(found);
    if (!first) co_return fail(std::move(first.error()));
    id = *first;
  } else {
    id = RunId::parse(name);
  }
  if (!id) co_return std::nullopt;
  auto stored = co_await store.run(task, *id);
  if (stored && *stored && (*stored)->run.state == RunState::scheduling) co_return std::nullopt;
  co_return stored;
}

// Looks until the run is there and has what is waited for, or the time is over; woken by each change.
AsyncResult<std::optional<ports::StoredRun>> wait_for(const Call& call, TaskId task, WaitFor what,
                                                      Duration length) {
  const bool by_position = call.names.at(1) == "first" || call.names.at(1) == "next";
  auto& clock = call.services.clock;
  Duration deadline = clock.steady() + length;
  bool seen = false;
  services::RunEvents::Watch watch(call.services.run_events, task);
  for (;;) {
    watch.look();
    auto stored = co_await look_up(call, task);
    if (!stored) co_return stored;
    if (*stored && satisfied(**stored, what)) co_return stored;
    if (!*stored && !by_position) co_return stored;
    if (*stored && !seen) {
      // The time to wait counts anew once the run has appeared.
      seen = true;
      deadline = clock.steady() + length;
    }
    const Duration left = deadline - clock.steady();
    if (left <= Duration::zero()) co_return stored;
    co_await watch.wait(clock, left);
  }
}

AsyncResult<std::optional<Task>> known_task(const Call& call) {
  const auto id = call.task_id();
  if (!id) co_return fail(id.error());
  co_return co_await call.services.store.task(*id);
}

std::string failure_text(std::string_view mime_type) {
  return mime_type == "text/html" ? "<p>Run failed.</p>" : "Run failed.";
}

// The merged result in the format asked for.
AsyncResult<HttpResponse> format_result(const Call& call, const Task& task, const Json& merged,
                                        std::string format) {
  const std::string content_type = format + "; charset=utf-8";
  if (!json::find_bool(merged, "succeeded").value_or(false)) {
    co_return text_response(failure_text(format), content_type);
  }
  Json spec = from_stored(task.document)["test"]["spec"];
  auto text = co_await call.services.plugins.result_format(task.test_type, format, std::move(spec), merged);
  if (!text) co_return fail(std::move(text.error()));
  co_return text_response(std::string(trim_end(*text)), content_type);
}

}  // namespace

AsyncResult<HttpResponse> get_runs(Call call) {
  const auto id = call.task_id();
  if (!id) co_return fail(id.error());
  ports::RunFilter filter;
  const auto start = call.date_time("start");
  if (!start) co_return fail(start.error());
  filter.starts_at_or_after = *start;
  const auto end = call.date_time("end");
  if (!end) co_return fail(end.error());
  filter.ends_at_or_before = *end;
  if (call.flag("upcoming")) filter.upcoming_at = call.services.clock.now();
  const auto limit = call.cardinal("limit");
  if (!limit) co_return fail(limit.error());
  filter.limit = *limit;
  auto runs = co_await call.services.store.runs(*id, filter);
  if (!runs) co_return fail(std::move(runs.error()));
  Json list = Json::array();
  for (const auto& run : *runs) list.push_back(run_url(call, *id, run));
  co_return json_response(call, list);
}

AsyncResult<HttpResponse> get_run(Call call) {
  auto task = co_await known_task(call);
  if (!task) co_return fail(std::move(task.error()));
  if (!*task) co_return fail(no_such_run(call));
  const auto what = wanted_wait(call);
  if (!what) co_return fail(what.error());
  const auto length = wait_length(call);
  if (!length) co_return fail(length.error());
  const auto privacy = privacy_for(call, (*task)->own_key);
  if (!privacy) co_return fail(privacy.error());
  auto stored = co_await wait_for(call, (*task)->id, *what, *length);
  if (!stored) co_return fail(std::move(stored.error()));
  if (!*stored) co_return fail(no_such_run(call));
  auto archivings = co_await call.services.store.archivings((*stored)->run.id);
  if (!archivings) co_return fail(std::move(archivings.error()));
  auto history = co_await call.services.store.history((*stored)->run.id);
  if (!history) co_return fail(std::move(history.error()));
  Json object = run_object(call, **task, **stored, *archivings, *privacy);
  object["history"] = history_array(call, *history);
  co_return json_response(call, object);
}

AsyncResult<HttpResponse> get_run_result(Call call) {
  auto task = co_await known_task(call);
  if (!task) co_return fail(std::move(task.error()));
  if (!*task || !RunId::parse(call.names.at(1))) co_return fail(no_such_run(call));
  const std::string format(call.argument("format").value_or("application/json"));
  if (format != "application/json" && format != "text/plain" && format != "text/html") {
    co_return fail(Errc::invalid_argument, "format is '" + excerpt(format) +
                                               "'; it must be application/json, text/plain or text/html.");
  }
  const std::string& key = (*task)->own_key.empty() ? (*task)->participant_key : (*task)->own_key;
  const auto privacy = privacy_for(call, key);
  if (!privacy && format == "application/json") co_return fail(privacy.error());
  const Duration length = call.argument("wait") ? kResultWait : Duration::zero();
  auto stored = co_await wait_for(call, (*task)->id, WaitFor::merged_result, length);
  if (!stored) co_return fail(std::move(stored.error()));
  if (!*stored) co_return fail(no_such_run(call));
  if ((*stored)->results.merged.empty()) {
    const auto& run = (*stored)->run;
    const std::string state(traits(run.state).display);
    co_return fail(Errc::not_found,
                   "This run has no result (" + state + (run.errors.empty() ? ")." : "): " + run.errors));
  }
  Json merged = from_stored((*stored)->results.merged);
  if (format != "application/json") co_return co_await format_result(call, **task, merged, format);
  Json shown = std::move(merged);
  if (*privacy == Privacy::hidden) json::hide_private(shown);
  co_return json_response(call, shown);
}

}  // namespace pscheduler::api
