#include "pscheduler/adapters/metrics/prometheus_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace pscheduler::adapters {
namespace {

using prometheus::Histogram;

// Of answers and plug-in calls: from a look into memory to a long poll.
const Histogram::BucketBoundaries kTookSeconds = {0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60};

// Of tool starts: fine where a start is punctual, up to what makes a run missed.
const Histogram::BucketBoundaries kLateSeconds = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.2, 1, 5, 30};

double seconds(Duration length) {
  return std::chrono::duration<double>(length).count();
}

prometheus::Labels labels(std::initializer_list<std::pair<const char*, std::string_view>> pairs) {
  prometheus::Labels made;
  for (const auto& [name, value] : pairs) made.emplace(name, std::string(value));
  return made;
}

void add_load(prometheus::Registry& registry, const ports::MetricsReading& reading) {
  auto& now = prometheus::BuildGauge()
                  .Name("pscheduler_load")
                  .Help("How much of what it takes on at most the node has: tasks, runs, archivings.")
                  .Register(registry);
  auto& max = prometheus::BuildGauge()
                  .Name("pscheduler_load_max")
                  .Help("How much of it the node takes on: max-tasks, max-parallel-runs, max-archivings.")
                  .Register(registry);
  const auto add = [&](const char* what, const ports::LoadReading& load) {
    now.Add(labels({{"of", what}})).Set(static_cast<double>(load.now));
    max.Add(labels({{"of", what}})).Set(static_cast<double>(load.max));
  };
  add("tasks", reading.tasks);
  add("runs", reading.runs);
  add("archivings", reading.archivings);
}

// Made anew for each answer, so that destinations that are forgotten leave nothing behind.
void add_destinations(prometheus::Registry& registry, const ports::MetricsReading& reading) {
  const auto gauge = [&](const char* name, const char* help) -> auto& {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  };
  auto& waiting = gauge("pscheduler_destination_waiting", "Results that wait for a destination.");
  auto& given_up = gauge("pscheduler_destination_given_up", "Results that were given up and are kept still.");
  auto& oldest = gauge("pscheduler_destination_oldest_seconds", "Age of the oldest result that waits.");
  auto& success =
      gauge("pscheduler_destination_success_seconds", "Time since a destination took a result last.");
  auto& attempts = prometheus::BuildCounter()
                       .Name("pscheduler_destination_attempts_total")
                       .Help("Attempts since the start of the daemon, by what came of them.")
                       .Register(registry);
  for (const auto& each : reading.destinations) {
    const auto known = [&](std::string_view outcome = {}) {
      auto made = labels({{"destination", each.id}, {"archiver", each.archiver}});
      if (!outcome.empty()) made.emplace("outcome", std::string(outcome));
      return made;
    };
    waiting.Add(known()).Set(static_cast<double>(each.waiting));
    given_up.Add(known()).Set(static_cast<double>(each.given_up));
    if (each.oldest) oldest.Add(known()).Set(seconds(*each.oldest));
    if (each.since_success) success.Add(known()).Set(seconds(*each.since_success));
    attempts.Add(known("taken")).Increment(static_cast<double>(each.taken));
    attempts.Add(known("refused")).Increment(static_cast<double>(each.refused));
  }
}

}  // namespace

struct PrometheusMetrics::Families {
  template <class Builder>
  auto& made(Builder builder, const char* name, const char* help) {
    return builder.Name(std::string("pscheduler_") + name).Help(help).Register(registry);
  }
  prometheus::Family<prometheus::Counter>& counter(const char* name, const char* help) {
    return made(prometheus::BuildCounter(), name, help);
  }
  prometheus::Family<prometheus::Gauge>& gauge(const char* name, const char* help) {
    return made(prometheus::BuildGauge(), name, help);
  }
  prometheus::Family<Histogram>& histogram(const char* name, const char* help) {
    return made(prometheus::BuildHistogram(), name, help);
  }

  prometheus::Registry registry;

  // Counted as it happens.
  prometheus::Family<prometheus::Counter>& requests =
      counter("requests_total", "Requests that were answered, by method, path and status.");
  prometheus::Family<Histogram>& request_seconds =
      histogram("request_seconds", "Time from a request to its answer; long polls count in full.");
  prometheus::Family<prometheus::Counter>& runs_entered =
      counter("runs_entered_total", "Runs that came into a state since the start of the daemon.");
  Histogram& start_late =
      histogram("tool_start_late_seconds", "How long after the planned start of a run its tool was started.")
          .Add({}, kLateSeconds);
  prometheus::Family<prometheus::Counter>& plugin_calls =
      counter("plugin_calls_total", "Calls of methods of plug-ins other than run, by outcome.");
  prometheus::Family<Histogram>& plugin_call_seconds =
      histogram("plugin_call_seconds", "Time from the call of a plug-in's method to its answer.");

  // Read off when somebody asks.
  prometheus::Family<prometheus::Gauge>& runs = gauge("runs", "Runs this node knows, by state.");
  prometheus::Family<prometheus::Gauge>& tasks = gauge("tasks", "Tasks this node knows.");
  prometheus::Family<prometheus::Gauge>& archivings =
      gauge("archivings", "Archivings that are to be made: due now, or later.");
  prometheus::Gauge& paused = gauge("paused", "1 while no runs are started, else 0.").Add({});
  prometheus::Gauge& tools = gauge("runs_active", "Runs being executed.").Add({});
  prometheus::Gauge& waiting = gauge("runs_waiting", "Runs that wait for their start.").Add({});
  prometheus::Gauge& commits = gauge("store_commits", "Commits since the start of the daemon.").Add({});
  prometheus::Gauge& transactions =
      gauge("store_transactions", "Transactions that those commits shared.").Add({});
  prometheus::Gauge& errands = gauge("errands", "Removals that are still to be made at other nodes.").Add({});
  prometheus::Gauge& errand_age =
      gauge("errand_oldest_seconds", "Age of the oldest removal still to be made; 0 when there is none.")
          .Add({});
  prometheus::Gauge& peers_silent =
      gauge("peers_silent", "Other nodes that do not answer and are called less often.").Add({});
  prometheus::Gauge& uptime = gauge("uptime_seconds", "Time since the start of the daemon.").Add({});
};

PrometheusMetrics::PrometheusMetrics() : families_(std::make_unique<Families>()) {}
PrometheusMetrics::~PrometheusMetrics() = default;

void PrometheusMetrics::request_answered(std::string_view method, std::string_view route, int status,
                                         Duration took) {
  const std::string code = std::to_string(status);
  families_->requests.Add(labels({{"method", method}, {"route", route}, {"status", code}})).Increment();
  families_->request_seconds.Add(labels({{"method", method}, {"route", route}}), kTookSeconds)
      .Observe(seconds(took));
}

void PrometheusMetrics::run_entered(RunState state, std::optional<Duration> late) {
  families_->runs_entered.Add(labels({{"state", traits(state).name}})).Increment();
  if (late) families_->start_late.Observe(seconds(*late));
}

void PrometheusMetrics::plugin_called(std::string_view method, bool answered, Duration took) {
  const auto* outcome = answered ? "answered" : "failed";
  families_->plugin_calls.Add(labels({{"method", method}, {"outcome", outcome}})).Increment();
  families_->plugin_call_seconds.Add(labels({{"method", method}}), kTookSeconds).Observe(seconds(took));
}

std::string PrometheusMetrics::text(const ports::MetricsReading& reading) {
  const auto& census = reading.census;
  const auto number = [](auto count) { return static_cast<double>(count); };
  auto& to = *families_;
  for (int state = 0; state < kRunStateCount; ++state) {
    const auto index = static_cast<std::size_t>(state);
    to.runs.Add(labels({{"state", traits(static_cast<RunState>(state)).name}}))
        .Set(number(census.runs[index]));
  }
  to.tasks.Add(labels({{"state", "enabled"}})).Set(number(census.tasks_enabled));
  to.tasks.Add(labels({{"state", "disabled"}})).Set(number(census.tasks - census.tasks_enabled));
  to.archivings.Add(labels({{"when", "due"}})).Set(number(reading.archivings_due));
  to.archivings.Add(labels({{"when", "later"}})).Set(number(reading.archivings_later));
  to.paused.Set(reading.paused ? 1 : 0);
  to.tools.Set(number(reading.runs_active));
  to.waiting.Set(number(reading.runs_waiting));
  to.commits.Set(number(census.commits));
  to.transactions.Set(number(census.transactions));
  to.errands.Set(number(reading.errands));
  to.errand_age.Set(seconds(reading.errand_age_max));
  to.peers_silent.Set(number(reading.peers_silent));
  to.uptime.Set(seconds(reading.uptime));
  prometheus::Registry momentary;
  add_load(momentary, reading);
  add_destinations(momentary, reading);
  auto families = to.registry.Collect();
  for (auto& family : momentary.Collect()) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace pscheduler::adapters
