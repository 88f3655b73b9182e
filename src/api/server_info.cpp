// What a node says of itself (spec api.md 8).

#include <nlohmann/json.hpp>

#include "access.hpp"
#include "handlers.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
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
  co_return json_response(call, services::clock_value(state, call.settings.zone));
}

AsyncResult<HttpResponse> get_exception(Call call) {
  auto may = check_from_this_host(call, Errc::not_allowed);
  if (!may) co_return fail(std::move(may.error()));
  co_return fail(Errc::internal, "This is the error that was asked for.");
}

AsyncResult<HttpResponse> get_debug(Call call) {
  auto may = check_from_this_host(call, Errc::forbidden);
  if (!may) co_return fail(std::move(may.error()));
  co_return json_response(call, Json(call.services.log.debug()));
}

AsyncResult<HttpResponse> put_debug(Call call) {
  auto may = check_from_this_host(call, Errc::forbidden);
  if (!may) co_return fail(std::move(may.error()));
  call.services.log.set_debug(call.flag("state"));
  co_return ok_response();
}

}  // namespace pscheduler::api
