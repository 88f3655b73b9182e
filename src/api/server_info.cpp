// What a node says of itself (spec api.md 8).

#include <nlohmann/json.hpp>

#include "clock_object.hpp"
#include "handlers.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

bool from_loopback(const Call& call) {
  return call.request.peer_address == "127.0.0.1" || call.request.peer_address == "::1";
}

Error only_from_this_host(Errc code) {
  return {code, "This is answered to clients on this host only.", {}};
}

Json optional_time(const std::optional<Instant>& at) {
  return at ? Json(format_timestamp_z(*at)) : Json();
}

}  // namespace

AsyncResult<HttpResponse> get_root(Call call) {
  co_return json_response(
      call, Json("This is the pScheduler API server on " + call.settings.host_name + " (pschedulerd)."));
}

AsyncResult<HttpResponse> get_api_level(Call call) {
  co_return json_response(call, Json(kApiLevel));
}

AsyncResult<HttpResponse> get_hostname(Call call) {
  co_return json_response(call, Json(call.services.host_facts.host_name()));
}

AsyncResult<HttpResponse> get_schedule_horizon(Call call) {
  co_return json_response(call, Json(format_duration(call.services.scheduling.horizon())));
}

AsyncResult<HttpResponse> get_clock(Call call) {
  const auto state = co_await call.services.host_facts.clock_state();
  co_return json_response(call, clock_object(state, call.settings.zone));
}

// One process does the work of the four daemons that clients look for; it answers, so none is overdue.
AsyncResult<HttpResponse> get_status(Call call) {
  const auto last = co_await call.services.store.last_runs();
  if (!last) co_return fail(last.error());
  const Instant now = call.services.clock.now();
  Json daemon = {{"uptime", format_duration_weeks(now - call.started)},
                 {"updates", 1},
                 {"last", format_timestamp(now, call.settings.zone)},
                 {"next_time", nullptr},
                 {"expected", nullptr},
                 {"overdue", nullptr}};
  Json status = {
      {"time", format_timestamp_z(now)},
      {"limits", {{"ok", true}}},
      {"services", {{"ticker", daemon}, {"scheduler", daemon}, {"runner", daemon}, {"archiver", daemon}}},
      {"runs",
       {{"last-finished", optional_time(last->finished)},
        {"last-scheduled", optional_time(last->scheduled)}}}};
  co_return json_response(call, status);
}

AsyncResult<HttpResponse> get_exception(Call call) {
  if (!from_loopback(call)) co_return fail(only_from_this_host(Errc::not_allowed));
  co_return fail(Errc::internal, "This is the error that was asked for.");
}

AsyncResult<HttpResponse> get_debug(Call call) {
  if (!from_loopback(call)) co_return fail(only_from_this_host(Errc::forbidden));
  co_return json_response(call, Json(call.services.log.debug()));
}

AsyncResult<HttpResponse> put_debug(Call call) {
  if (!from_loopback(call)) co_return fail(only_from_this_host(Errc::forbidden));
  call.services.log.set_debug(call.flag("state"));
  co_return ok_response();
}

}  // namespace pscheduler::api
