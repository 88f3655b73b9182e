// GET /metrics: what Prometheus collects.

#include <algorithm>

#include "handlers.hpp"

namespace pscheduler::api {

AsyncResult<HttpResponse> get_metrics(Call call) {
  const Instant now = call.services.clock.now();
  const auto census = co_await call.services.schedule_view.census();
  if (!census) co_return fail(census.error());
  const auto archivings = co_await call.services.store.archiving_counts(now);
  if (!archivings) co_return fail(archivings.error());
  const auto pause = co_await call.services.store.pause();
  if (!pause) co_return fail(pause.error());
  ports::MetricsReading reading;
  reading.census = *census;
  reading.archivings_due = archivings->due;
  reading.archivings_later = archivings->later;
  reading.paused = pause->covers(now);
  reading.runs_active = static_cast<std::int64_t>(call.services.runner.active());
  reading.runs_waiting = static_cast<std::int64_t>(call.services.runner.waiting());
  for (const auto& owed : call.services.errands.owed()) {
    reading.errands += static_cast<std::int64_t>(owed.count);
    reading.errand_age_max = std::max(reading.errand_age_max, now - owed.oldest);
  }
  const auto peers = call.services.peers.states();
  reading.peers_silent =
      std::count_if(peers.begin(), peers.end(), [](const auto& peer) { return !peer.silences.empty(); });
  reading.uptime = now - call.started;
  co_return text_response(call.services.metrics.text(reading), "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace pscheduler::api
