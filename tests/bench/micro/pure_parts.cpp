// What the pure parts cost: searching the timeline, reading and checking a task, ISO 8601.

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/schedule/timeline.hpp"
#include "pscheduler/services/task_request.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace {

using namespace pscheduler;
using std::chrono::seconds;

constexpr Instant kNow{seconds(1'800'000'000)};
constexpr Duration kRunLength = seconds(10);
constexpr Duration kRhythm = seconds(15);

RunId numbered(std::uint64_t number) {
  Uuid::Bytes bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return RunId(Uuid(bytes));
}

// Runs with 5 s between them, exclusive and normal ones in turn.
schedule::Timeline busy_timeline(std::int64_t runs) {
  schedule::Timeline timeline;
  for (std::int64_t i = 0; i < runs; ++i) {
    const Instant start = kNow + i * kRhythm;
    const auto kind = i % 2 == 0 ? SchedulingClass::exclusive : SchedulingClass::normal;
    timeline.insert({numbered(static_cast<std::uint64_t>(i)), kind, {start, start + kRunLength}});
  }
  return timeline;
}

// Room for an exclusive run that fits the next gap.
void timeline_find_slot(benchmark::State& state) {
  const auto timeline = busy_timeline(state.range(0));
  std::mt19937_64 random(1);
  for (auto _ : state) {
    const Instant earliest = kNow + static_cast<std::int64_t>(random() % 90'000) * kRhythm;
    benchmark::DoNotOptimize(
        timeline.find_slot({SchedulingClass::exclusive, earliest, earliest + kRhythm, seconds(5)}));
  }
}
BENCHMARK(timeline_find_slot)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

// One that fits no gap and has an hour of slip: all runs of that hour are in its way.
void timeline_find_no_slot(benchmark::State& state) {
  const auto timeline = busy_timeline(state.range(0));
  std::mt19937_64 random(1);
  for (auto _ : state) {
    const Instant earliest = kNow + static_cast<std::int64_t>(random() % 90'000) * kRhythm;
    benchmark::DoNotOptimize(
        timeline.find_slot({SchedulingClass::exclusive, earliest, earliest + seconds(3600), seconds(6)}));
  }
}
BENCHMARK(timeline_find_no_slot)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void timeline_insert_and_erase(benchmark::State& state) {
  auto timeline = busy_timeline(state.range(0));
  const RunId run = numbered(1u << 30);
  std::mt19937_64 random(1);
  for (auto _ : state) {
    const Instant start = kNow + static_cast<std::int64_t>(random() % 90'000) * kRhythm + kRunLength;
    timeline.insert({run, SchedulingClass::exclusive, {start, start + seconds(5)}});
    timeline.erase(run);
  }
}
BENCHMARK(timeline_insert_and_erase)->Arg(100'000)->Unit(benchmark::kMicrosecond);

const std::string kTask =
    R"({"schema":1,"test":{"type":"rtt","spec":{"schema":1,"dest":"host.example.org","count":5,"length":100,)"
    R"("interval":"PT1S","timeout":"PT2S"}},"schedule":{"start":"2027-03-01T10:00:00Z","slip":"PT5M",)"
    R"("repeat":"PT15M"},"reference":{"display":"a task","tags":["one","two","three"]}})";

void json_read_task(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(json::read(kTask));
}
BENCHMARK(json_read_task)->Unit(benchmark::kMicrosecond);

void json_write_task(benchmark::State& state) {
  const Json document = *json::read(kTask);
  for (auto _ : state) benchmark::DoNotOptimize(json::to_compact(document));
}
BENCHMARK(json_write_task)->Unit(benchmark::kMicrosecond);

// The schema of tasks, and taking the document apart.
void read_and_check_task(benchmark::State& state) {
  const Zone zone = Zone::utc();
  for (auto _ : state) {
    auto document = json::read(kTask);
    auto request = services::read_task_request(std::move(*document), kNow, zone);
    if (!request) state.SkipWithError(request.error().message.c_str());
    benchmark::DoNotOptimize(request);
  }
}
BENCHMARK(read_and_check_task)->Unit(benchmark::kMicrosecond);

void parse_duration_text(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(parse_duration("P1DT2H30M15.5S"));
}
BENCHMARK(parse_duration_text)->Unit(benchmark::kMicrosecond);

void parse_timestamp_text(benchmark::State& state) {
  const Zone zone = Zone::utc();
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_timestamp("2027-03-01T10:15:00.25-05:00", zone, TimestampForm::body));
  }
}
BENCHMARK(parse_timestamp_text)->Unit(benchmark::kMicrosecond);

}  // namespace
