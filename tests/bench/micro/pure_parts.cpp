// What the pure parts cost: searching and changing the timeline, finding when runs are due, reading and
// checking a task, ISO 8601.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/schedule/recurrence.hpp"
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

// Exclusive and normal runs in turn, with 5 s between them.
void fill_with_pauses(schedule::Timeline& timeline, std::int64_t runs) {
  for (std::int64_t i = 0; i < runs; ++i) {
    const Instant start = kNow + i * kRhythm;
    const auto kind = i % 2 == 0 ? SchedulingClass::exclusive : SchedulingClass::normal;
    timeline.insert({numbered(static_cast<std::uint64_t>(i)), kind, {start, start + kRunLength}});
  }
}

// Exclusive runs, each from the end of the one before.
void fill_back_to_back(schedule::Timeline& timeline, std::int64_t runs) {
  for (std::int64_t i = 0; i < runs; ++i) {
    const Instant start = kNow + i * kRunLength;
    timeline.insert(
        {numbered(static_cast<std::uint64_t>(i)), SchedulingClass::exclusive, {start, start + kRunLength}});
  }
}

// What is allocated, as far as the allocator can tell.
std::size_t heap_bytes() {
  const auto in_use = ::mallinfo2();
  return in_use.uordblks + in_use.hblkhd;
}

// A timeline of so many runs, with what each costs in memory.
void timeline_fill(benchmark::State& state) {
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::size_t before = heap_bytes();
    schedule::Timeline timeline;
    fill_with_pauses(timeline, state.range(0));
    bytes = heap_bytes() - before;
  }
  // A label: as comma-separated values every benchmark would need the same counters.
  state.SetLabel(std::to_string(static_cast<std::int64_t>(bytes) / state.range(0)) + " bytes per run");
}
BENCHMARK(timeline_fill)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

// Room for an exclusive run that fits the next gap.
void timeline_find_slot(benchmark::State& state) {
  schedule::Timeline timeline;
  fill_with_pauses(timeline, state.range(0));
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
  schedule::Timeline timeline;
  fill_with_pauses(timeline, state.range(0));
  std::mt19937_64 random(1);
  for (auto _ : state) {
    const Instant earliest = kNow + static_cast<std::int64_t>(random() % 90'000) * kRhythm;
    benchmark::DoNotOptimize(
        timeline.find_slot({SchedulingClass::exclusive, earliest, earliest + seconds(3600), seconds(6)}));
  }
}
BENCHMARK(timeline_find_no_slot)->Arg(100'000)->Unit(benchmark::kMicrosecond);

// The only room is after the last of all runs.
void timeline_find_slot_after_all(benchmark::State& state) {
  schedule::Timeline timeline;
  fill_back_to_back(timeline, state.range(0));
  std::mt19937_64 random(1);
  for (auto _ : state) {
    const Instant earliest = kNow + static_cast<std::int64_t>(random() % 50'000) * kRunLength;
    const auto slot = timeline.find_slot(
        {SchedulingClass::exclusive, earliest, earliest + state.range(0) * kRunLength, seconds(5)});
    if (!slot) state.SkipWithError("there is room at the end");
  }
}
BENCHMARK(timeline_find_slot_after_all)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void timeline_insert_and_erase(benchmark::State& state, void (*fill)(schedule::Timeline&, std::int64_t),
                               Duration rhythm) {
  schedule::Timeline timeline;
  fill(timeline, state.range(0));
  std::mt19937_64 random(1);
  for (auto _ : state) {
    const auto number = static_cast<std::int64_t>(random() % 90'000);
    const RunId run = numbered(static_cast<std::uint64_t>(number));
    const Instant start = kNow + number * rhythm;
    timeline.erase(run);
    timeline.insert({run, SchedulingClass::exclusive, {start, start + kRunLength}});
  }
}
BENCHMARK_CAPTURE(timeline_insert_and_erase, with_pauses, fill_with_pauses, kRhythm)
    ->Arg(100'000)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(timeline_insert_and_erase, back_to_back, fill_back_to_back, kRunLength)
    ->Arg(100'000)
    ->Unit(benchmark::kMicrosecond);

// When a task that has run before is due again.
void next_start(benchmark::State& state, const Schedule& schedule, const char* zone_name) {
  const auto zone = Zone::named(zone_name);
  if (!zone) {
    state.SkipWithError(zone.error().message.c_str());
    return;
  }
  TaskProgress progress;
  progress.enabled = true;
  progress.attempts = 1;
  progress.first_start = kNow;
  progress.latest_end = kNow + kRunLength;
  Instant now = kNow;
  for (auto _ : state) {
    now += seconds(61);
    benchmark::DoNotOptimize(schedule::next_nominal_start(schedule, progress, now, *zone));
  }
}

Schedule every(Duration interval) {
  Schedule schedule;
  schedule.repeat = interval;
  return schedule;
}

Schedule by_cron(const char* text) {
  Schedule schedule;
  schedule.repeat_cron = text;
  return schedule;
}

BENCHMARK_CAPTURE(next_start, interval, every(seconds(900)), "UTC");
BENCHMARK_CAPTURE(next_start, cron, by_cron("0,15,30,45 * * * *"), "UTC");
BENCHMARK_CAPTURE(next_start, cron_in_a_zone, by_cron("5 2 * * 1-5"), "Europe/Berlin");
BENCHMARK_CAPTURE(next_start, rare_cron, by_cron("0 0 29 2 1"), "UTC");

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
