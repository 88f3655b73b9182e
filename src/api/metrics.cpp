// GET /metrics: what Prometheus collects.

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "handlers.hpp"

namespace pscheduler::api {

namespace {

// Anybody can name destinations of his own, so only so many are told apart: those most in trouble.
constexpr std::size_t kDestinationsTold = 100;

ports::DestinationReading reading_of(const services::DestinationState& state, Instant now) {
  ports::DestinationReading reading;
  reading.id = state.known.id;
  reading.archiver = state.known.archiver;
  reading.waiting = state.waiting;
  reading.given_up = state.given_up;
  reading.taken = state.taken;
  reading.refused = state.refused;
  if (state.oldest) reading.oldest = std::max(now - *state.oldest, Duration::zero());
  if (state.known.last_success)
    reading.since_success = std::max(now - *state.known.last_success, Duration::zero());
  return reading;
}

std::vector<ports::DestinationReading> readings_of(std::vector<services::DestinationState> states,
                                                   Instant now) {
  std::ranges::stable_sort(states, std::ranges::greater(), [](const services::DestinationState& state) {
    const bool failing = state.health == services::DestinationState::Health::failing;
    return std::pair(failing && state.waiting > 0, state.known.seen);
  });
  std::vector<ports::DestinationReading> readings;
  for (const auto& state : states) {
    auto reading = reading_of(state, now);
    if (readings.size() < kDestinationsTold) {
      readings.push_back(std::move(reading));
      continue;
    }
    if (readings.size() == kDestinationsTold) readings.emplace_back();
    auto& others = readings.back();
    others.waiting += reading.waiting;
    others.given_up += reading.given_up;
    others.taken += reading.taken;
    others.refused += reading.refused;
    if (reading.oldest) others.oldest = std::max(*reading.oldest, others.oldest.value_or(Duration::zero()));
  }
  return readings;
}

}  // namespace

AsyncResult<HttpResponse> get_metrics(Call call) {
  const Instant now = call.services.clock.now();
  const auto census = co_await call.services.schedule_view.census();
  if (!census) co_return fail(census.error());
  const auto archivings = co_await call.services.store.archiving_counts(now);
  if (!archivings) co_return fail(archivings.error());
  const auto pause = co_await call.services.store.pause();
  if (!pause) co_return fail(pause.error());
  auto destinations = co_await call.services.archivist.destinations().states();
  if (!destinations) co_return fail(std::move(destinations.error()));
  const auto& admission = call.services.admission;
  ports::MetricsReading reading;
  reading.tasks = {admission.tasks(), admission.caps().tasks_max};
  reading.archivings = {archivings->due + archivings->later, admission.caps().archivings_max};
  reading.runs = {static_cast<std::int64_t>(call.services.runner.active()),
                  call.services.runner.parallel_max()};
  reading.destinations = readings_of(std::move(*destinations), now);
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
