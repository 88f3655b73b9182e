// Whether this node starts runs (spec api.md 14, scheduling.md 12.4); only its own host may change that.

#include <nlohmann/json.hpp>

#include "access.hpp"
#include "handlers.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

// From whichever of this host's addresses, as its name may lead to any of them; not for somebody behind a
// proxy.
Result<void> check_may_pause(const Call& call) {
  if (is_own_client(call)) return {};
  return fail(Errc::forbidden, "A node can be paused and resumed from its own host only.");
}

// As asked for: for a duration, or until somebody resumes.
Result<Pause> wanted_pause(const Call& call) {
  Pause pause{true, std::nullopt};
  const auto text = call.argument("duration");
  if (!text) return pause;
  const auto length = parse_duration(*text);
  if (!length) return fail(Errc::invalid_argument, "duration: " + length.error().message);
  if (*length <= Duration::zero()) {
    return fail(Errc::invalid_argument, "duration is '" + excerpt(*text) +
                                            "'; it must be longer than zero, or be left out to pause until "
                                            "somebody resumes.");
  }
  pause.until = call.services.clock.now() + *length;
  return pause;
}

AsyncResult<HttpResponse> set_pause(Call call, Pause pause) {
  auto stored = co_await call.services.runner.set_pause(pause);
  if (!stored) co_return fail(std::move(stored.error()));
  co_return ok_response();
}

}  // namespace

AsyncResult<HttpResponse> get_pause(Call call) {
  const Instant now = call.services.clock.now();
  const Pause& pause = call.services.runner.pause();
  Json state = {{"is_paused", pause.covers(now)}};
  if (pause.covers(now)) {
    state["infinite"] = !pause.until.has_value();
    if (pause.until) {
      state["remaining"] = format_duration_weeks(std::chrono::ceil<std::chrono::seconds>(*pause.until - now));
    }
  }
  co_return json_response(call, state);
}

AsyncResult<HttpResponse> put_pause(Call call) {
  auto may = check_may_pause(call);
  if (!may) co_return fail(std::move(may.error()));
  auto pause = wanted_pause(call);
  if (!pause) co_return fail(std::move(pause.error()));
  co_return co_await set_pause(std::move(call), *pause);
}

AsyncResult<HttpResponse> delete_pause(Call call) {
  auto may = check_may_pause(call);
  if (!may) co_return fail(std::move(may.error()));
  co_return co_await set_pause(std::move(call), Pause());
}

}  // namespace pscheduler::api
