// Whether a node is well (spec api.md 8, scheduling.md 12.5).

#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "pscheduler/services/limits.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

// What is due and has not been done for so long is not merely busy.
constexpr Duration kOverdueAfter = std::chrono::minutes(1);

Json optional_time(const std::optional<Instant>& at) {
  return at ? Json(format_timestamp_z(*at)) : Json();
}

Json limits_object(const services::Limits& limits) {
  if (!limits.complaint()) return {{"ok", true}};
  return {{"ok", false}, {"error", *limits.complaint()}};
}

// How much of what it takes on at most this node has.
Json load_object(const Call& call, const ports::ArchivingCounts& archivings) {
  const auto of = [](std::int64_t now, std::int64_t max) { return Json{{"now", now}, {"max", max}}; };
  const auto& admission = call.services.admission;
  const auto& runner = call.services.runner;
  return {{"tasks", of(admission.tasks(), admission.caps().tasks_max)},
          {"runs", of(static_cast<std::int64_t>(runner.active()), runner.parallel_max())},
          {"archivings", of(archivings.due + archivings.later, admission.caps().archivings_max)}};
}

Json destinations_object(const services::Destinations::Summary& summary) {
  return {{"failing", summary.failing}, {"stalled", summary.stalled}};
}

// One of the four daemons that clients look for, of which one process does the work: it is alive while it
// answers. `next` is when it will do something next.
Json service_object(const Call& call, Instant now, std::optional<Instant> next) {
  Json service = {{"uptime", format_duration_weeks(now - call.started)},
                  {"updates", 1},
                  {"last", format_timestamp(now, call.settings.zone)},
                  {"next_time", nullptr},
                  {"expected", nullptr},
                  {"overdue", nullptr}};
  if (!next) return service;
  service["next_time"] = format_duration_weeks(std::max(*next - now, Duration::zero()));
  service["expected"] = format_timestamp(*next, call.settings.zone);
  if (now - *next > kOverdueAfter) service["overdue"] = format_duration_weeks(now - *next);
  return service;
}

}  // namespace

AsyncResult<HttpResponse> get_status(Call call) {
  const auto last = co_await call.services.store.last_runs();
  if (!last) co_return fail(last.error());
  const Instant now = call.services.clock.now();
  const auto archivings = co_await call.services.store.archiving_counts(now);
  if (!archivings) co_return fail(archivings.error());
  Json services = {
      {"ticker", service_object(call, now, call.services.housekeeping.next_look())},
      {"scheduler", service_object(call, now, call.services.scheduling.next_plan())},
      {"runner", service_object(call, now, call.services.runner.next_start())},
      {"archiver", service_object(call, now, call.services.archivist.next_due())},
  };
  Json status = {{"time", format_timestamp_z(now)},
                 {"limits", limits_object(call.services.limits)},
                 {"services", std::move(services)},
                 {"load", load_object(call, *archivings)},
                 {"destinations", destinations_object(call.services.archivist.destinations().summary())},
                 {"runs",
                  {{"last-finished", optional_time(last->finished)},
                   {"last-scheduled", optional_time(last->scheduled)}}}};
  co_return json_response(call, status);
}

}  // namespace pscheduler::api
