// Tasks (spec api.md 10).

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "presenter.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

constexpr int kPageSize = 100;  // tasks read and written between two turns of the loop

AsyncResult<Task> load_task(const Call& call) {
  const auto id = call.task_id();
  if (!id) co_return fail(id.error());
  auto task = co_await call.services.store.task(*id);
  if (!task) co_return fail(std::move(task.error()));
  if (!*task) co_return fail(Errc::not_found, "There is no task " + id->to_string() + " on this node.");
  co_return std::move(**task);
}

// Every member of the filter must be there with an equal value, at every depth; of an array, each item of the
// filter must be contained in some item (spec api.md 10.6).
bool contains(const Json& value, const Json& filter) {
  if (filter.is_object()) {
    return value.is_object() &&
           std::all_of(filter.items().begin(), filter.items().end(), [&](const auto& item) {
             const auto found = value.find(item.key());
             return found != value.end() && contains(*found, item.value());
           });
  }
  if (filter.is_array()) {
    return value.is_array() && std::all_of(filter.begin(), filter.end(), [&](const Json& wanted) {
             return std::any_of(value.begin(), value.end(),
                                [&](const Json& item) { return contains(item, wanted); });
           });
  }
  return value == filter;
}

// Whom this node, as the lead, is waiting for, so that a person who waits for it can be told.
Json waiting_for(const Call& call, TaskId task) {
  const auto& clock = call.services.clock;
  Json list = Json::array();
  for (const auto& wait : call.services.peers.waits(task)) {
    const Instant since = clock.now() - (clock.steady() - wait.since);
    list.push_back({{"host", wait.host},
                    {"step", wait.step},
                    {"since", format_timestamp_micros(since, call.settings.zone)}});
  }
  return list;
}

std::string with_options(const Call& call, std::string url) {
  char separator = '?';
  for (const auto* option : {"detail", "pretty"}) {
    if (!call.flag(option)) continue;
    url += separator + std::string(option);
    separator = '&';
  }
  return url;
}

}  // namespace

AsyncResult<HttpResponse> get_tasks(Call call) {
  const auto filter = call.json("json");
  if (!filter) co_return fail(filter.error());
  const bool expanded = call.flag("expanded");
  const bool detail = call.flag("detail");
  // Compact items are written page by page, so that a long list does not hold up the loop at its end.
  const bool pretty = call.flag("pretty");
  Json list = Json::array();
  std::string text;
  std::optional<std::int64_t> cursor;
  do {
    auto page = co_await call.services.store.tasks(cursor, kPageSize);
    if (!page) co_return fail(std::move(page.error()));
    for (const auto& task : page->tasks) {
      if (*filter && !contains(task_object(call, task, true, Privacy::hidden), **filter)) continue;
      Json item = task_url(call, task.id);
      if (expanded) {
        item = task_object(call, task, detail, Privacy::hidden);
        add_task_links(call, task, item);
      }
      if (pretty) {
        list.push_back(std::move(item));
      } else {
        text += (text.empty() ? "[" : ",") + json::to_compact(item);
      }
    }
    cursor = page->next_cursor;
  } while (cursor);
  if (pretty || text.empty()) co_return json_response(call, list);
  co_return text_response(text + "]", "application/json");
}

AsyncResult<HttpResponse> post_tasks(Call call) {
  auto document = call.body_object(services::kTaskSchemaMax);
  if (!document) co_return fail(std::move(document.error()));
  auto hints = hints_of(call);
  if (!hints) co_return fail(std::move(hints.error()));
  auto id = co_await call.services.submission.submit(std::move(*document), std::move(*hints));
  if (!id) co_return fail(std::move(id.error()));
  const std::string url = task_url(call, *id);
  if (call.flag("expanded")) co_return redirect_response(303, with_options(call, url));
  co_return json_response(call, Json(url));
}

AsyncResult<HttpResponse> get_task(Call call) {
  auto task = co_await load_task(call);
  if (!task) co_return fail(std::move(task.error()));
  const auto privacy = task->leads() ? privacy_for(call, task->own_key) : Result<Privacy>(Privacy::hidden);
  if (!privacy) co_return fail(privacy.error());
  Json object = task_object(call, *task, call.flag("detail"), *privacy);
  add_task_links(call, *task, object);
  if (const auto detail = object.find("detail"); detail != object.end()) {
    (*detail)["waiting-for"] = waiting_for(call, task->id);
  }
  co_return json_response(call, object);
}

AsyncResult<HttpResponse> post_task(Call call) {
  const auto id = call.task_id();
  if (!id) co_return fail(id.error());
  auto document = call.body_object(services::kTaskSchemaMax);
  if (!document) co_return fail(std::move(document.error()));
  const auto participant = call.integer("participant");
  if (!participant) co_return fail(participant.error());
  if (!*participant) {
    co_return fail(Errc::invalid_argument,
                   "The argument 'participant' is missing; it is this host's number, from 1.");
  }
  auto hints = hints_of(call);
  if (!hints) co_return fail(std::move(hints.error()));
  const auto number = static_cast<int>(std::clamp<std::int64_t>(**participant, -1, 1'000'000));
  auto accepted =
      co_await call.services.submission.accept(*id, number, std::move(*document), std::move(*hints));
  if (!accepted) co_return fail(std::move(accepted.error()));
  // Bare text: leads of 5.2 read it so.
  co_return text_response(task_url(call, *id), "text/html; charset=utf-8");
}

AsyncResult<HttpResponse> delete_task(Call call) {
  auto task = co_await load_task(call);
  if (!task) co_return fail(std::move(task.error()));
  auto allowed = check_may_write(call, *task);
  if (!allowed) co_return fail(std::move(allowed.error()));
  services::Why why{"Its task was canceled.", actor_of(call)};
  auto canceled = co_await call.services.scheduling.cancel(std::move(*task), std::move(why));
  if (!canceled) co_return fail(std::move(canceled.error()));
  co_return ok_response();
}

AsyncResult<HttpResponse> get_task_cli(Call call) {
  auto task = co_await load_task(call);
  if (!task) co_return fail(std::move(task.error()));
  Json words = Json::array({task->test_type});
  for (const auto& word : task->cli) words.push_back(word);
  co_return text_response(words.dump(-1, ' ', true, Json::error_handler_t::replace),
                          "text/html; charset=utf-8");
}

}  // namespace pscheduler::api
