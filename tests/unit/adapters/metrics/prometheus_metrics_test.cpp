// What Prometheus is told, in its text format.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pscheduler/adapters/metrics/prometheus_metrics.hpp"

namespace pscheduler::adapters {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, CountsWhatHappens) {
  PrometheusMetrics metrics;
  metrics.request_answered("GET", "tasks/*", 200, 3ms);
  metrics.request_answered("GET", "tasks/*", 200, 300ms);
  metrics.request_answered("GET", "tasks/*", 404, 1ms);
  metrics.plugin_called("spec-is-valid", true, 40us);
  metrics.plugin_called("spec-is-valid", false, 10s);
  metrics.run_entered(RunState::pending, std::nullopt);
  metrics.run_entered(RunState::running, 1500us);
  metrics.run_entered(RunState::running, 0us);
  const auto text = metrics.text({});
  EXPECT_THAT(text,
              HasSubstr("pscheduler_requests_total{method=\"GET\",route=\"tasks/*\",status=\"200\"} 2"));
  EXPECT_THAT(text,
              HasSubstr("pscheduler_requests_total{method=\"GET\",route=\"tasks/*\",status=\"404\"} 1"));
  EXPECT_THAT(text, HasSubstr("pscheduler_request_seconds_count{method=\"GET\",route=\"tasks/*\"} 3"));
  EXPECT_THAT(
      text, HasSubstr("pscheduler_request_seconds_bucket{method=\"GET\",route=\"tasks/*\",le=\"0.005\"} 2"));
  EXPECT_THAT(text,
              HasSubstr("pscheduler_plugin_calls_total{method=\"spec-is-valid\",outcome=\"failed\"} 1"));
  EXPECT_THAT(text, HasSubstr("pscheduler_runs_entered_total{state=\"running\"} 2"));
  EXPECT_THAT(text, HasSubstr("pscheduler_runs_entered_total{state=\"pending\"} 1"));
  EXPECT_THAT(text, HasSubstr("pscheduler_tool_start_late_seconds_bucket{le=\"0.001\"} 1"));
  EXPECT_THAT(text, HasSubstr("pscheduler_tool_start_late_seconds_bucket{le=\"0.002\"} 2"));
  EXPECT_THAT(text, HasSubstr("# TYPE pscheduler_tool_start_late_seconds histogram"));
}

TEST(Metrics, ShowsWhatIsRead) {
  PrometheusMetrics metrics;
  ports::MetricsReading reading;
  reading.census.runs[static_cast<std::size_t>(RunState::on_deck)] = 7;
  reading.census.tasks = 5;
  reading.census.tasks_enabled = 3;
  reading.census.commits = 11;
  reading.archivings_due = 2;
  reading.paused = true;
  reading.uptime = 90s;
  auto text = metrics.text(reading);
  EXPECT_THAT(text, HasSubstr("pscheduler_runs{state=\"on-deck\"} 7"));
  EXPECT_THAT(text, HasSubstr("pscheduler_runs{state=\"failed\"} 0")) << "none is a number, too";
  EXPECT_THAT(text, HasSubstr("pscheduler_tasks{state=\"enabled\"} 3"));
  EXPECT_THAT(text, HasSubstr("pscheduler_tasks{state=\"disabled\"} 2"));
  EXPECT_THAT(text, HasSubstr("pscheduler_store_commits 11"));
  EXPECT_THAT(text, HasSubstr("pscheduler_archivings{when=\"due\"} 2"));
  EXPECT_THAT(text, HasSubstr("pscheduler_paused 1"));
  EXPECT_THAT(text, HasSubstr("pscheduler_uptime_seconds 90"));
  reading.tasks = {3, 50'000};
  reading.archivings = {2, 500'000};
  reading.destinations = {{"3f1c", "http", 212, 4, 7, 9, 90s, std::nullopt},
                          {"91ab", "file", 0, 0, 1, 0, {}, 5s}};
  text = metrics.text(reading);
  EXPECT_THAT(text, HasSubstr("pscheduler_load{of=\"tasks\"} 3"));
  EXPECT_THAT(text, HasSubstr("pscheduler_load_max{of=\"archivings\"} 500000"));
  const std::string http = "{archiver=\"http\",destination=\"3f1c\"} ";
  EXPECT_THAT(text, HasSubstr("pscheduler_destination_waiting" + http + "212"));
  EXPECT_THAT(text, HasSubstr("pscheduler_destination_given_up" + http + "4"));
  EXPECT_THAT(text, HasSubstr("pscheduler_destination_oldest_seconds" + http + "90"));
  EXPECT_THAT(text, Not(HasSubstr("pscheduler_destination_success_seconds" + http))) << "there was none";
  EXPECT_THAT(text,
              HasSubstr("pscheduler_destination_success_seconds{archiver=\"file\",destination=\"91ab\"} 5"));
  EXPECT_THAT(text, HasSubstr("pscheduler_destination_attempts_total{archiver=\"http\",destination=\"3f1c\","
                              "outcome=\"refused\"} 9"));
  reading.destinations.clear();
  reading.paused = false;
  text = metrics.text(reading);
  EXPECT_THAT(text, Not(HasSubstr("3f1c"))) << "what is forgotten leaves nothing behind";
  EXPECT_THAT(text, HasSubstr("pscheduler_paused 0"));
}

}  // namespace
}  // namespace pscheduler::adapters
