// Counters (spec api.md 14).

#include <algorithm>
#include <array>

#include "handlers.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

constexpr std::array kCounted = {RunState::pending,   RunState::on_deck, RunState::running, RunState::cleanup,
                                 RunState::finished,  RunState::overdue, RunState::missed,  RunState::failed,
                                 RunState::preempted, RunState::nonstart};

HttpResponse counter_response(std::int64_t count) {
  return text_response(std::to_string(count), "text/html; charset=utf-8");
}

// A date and time, or a duration with sign relative to now. In a query a plus sign that was not escaped has
// become a blank.
Result<std::optional<Instant>> bound(const Call& call, std::string_view name) {
  const auto text = call.argument(name);
  if (!text) return std::optional<Instant>{};
  if (text->starts_with('+') || text->starts_with('-') || text->starts_with(' ')) {
    const auto length = parse_signed_duration(text->front() == ' ' ? text->substr(1) : *text);
    if (!length) return fail(Errc::invalid_argument, std::string(name) + ": " + length.error().message);
    return std::optional<Instant>(call.services.clock.now() + *length);
  }
  auto at = call.date_time(name);
  if (!at) {
    return fail(Errc::invalid_argument,
                at.error().message + " It may also be a duration from now, such as -PT1H.");
  }
  return at;
}

}  // namespace

AsyncResult<HttpResponse> get_run_counter(Call call) {
  const auto state = parse_run_state(call.names.at(0));
  if (!state || std::find(kCounted.begin(), kCounted.end(), *state) == kCounted.end()) {
    co_return fail(Errc::not_found, "Runs in state '" + excerpt(call.names.at(0)) + "' are not counted.");
  }
  auto from = bound(call, "start");
  if (!from) co_return fail(std::move(from.error()));
  auto until = bound(call, "end");
  if (!until) co_return fail(std::move(until.error()));
  if (*from && *until && **until < **from) std::swap(*from, *until);
  const auto count = co_await call.services.schedule_view.count_runs(*state, *from, *until);
  if (!count) co_return fail(count.error());
  co_return counter_response(*count);
}

}  // namespace pscheduler::api
