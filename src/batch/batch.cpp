#include "pscheduler/batch/batch.hpp"

#include <algorithm>

#include "batch/dialogue.hpp"
#include "batch/servers.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/at_once.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::batch {
namespace {

using ports::Async;

// The keys of a schedule are written by people; for the sum of delays hours, minutes and seconds are enough.
std::string clock_text(Duration length) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(length).count();
  const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::to_string(seconds / 3600) + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60);
}

}  // namespace

Batch::Batch(Document document, Plan plan, Settings settings, World world, Observer& observer,
             Resumption resumption)
    : document_(std::move(document)),
      plan_(std::move(plan)),
      settings_(std::move(settings)),
      world_(std::move(world)),
      observer_(observer),
      servers_(std::make_unique<Servers>(world_.executor, world_.client, world_.clock)),
      progress_(document_.jobs.size()),
      firm_(world_.executor, [](std::exception_ptr exception) { std::rethrow_exception(exception); }),
      started_(resumption.started.value_or(world_.clock.now())),
      spent_before_(resumption.spent),
      begun_(world_.clock.steady()) {
  for (std::size_t job = 0; job < progress_.size(); ++job) progress_[job].cells.resize(plan_[job].size());
  take_up(resumption);
}

Batch::~Batch() = default;

// What does not fit the plan is not taken up, so that it is run.
void Batch::take_up(const Resumption& resumption) {
  for (std::size_t job = 0; job < std::min(resumption.jobs.size(), progress_.size()); ++job) {
    const auto& so_far = resumption.jobs[job];
    auto& cells = progress_[job].cells;
    progress_[job].reached = so_far.reached;
    for (std::size_t i = 0; i < std::min(so_far.results.size(), cells.size()); ++i) {
      const Json& element = so_far.results[i];
      if (is_complete(element)) {
        cells[i].element = element;
      } else if (element.is_object()) {
        cells[i].task_url = json::find_string(element, "href").value_or("");
        cells[i].sent = element.value("task", Json());
      }
    }
  }
}

Async<Problems> Batch::run() {
  for (std::size_t job = 0; job < document_.jobs.size(); ++job) {
    progress_[job].reached = true;
    if (!document_.jobs[job].enabled) {
      tell(job, "disabled");
      continue;
    }
    co_await run_job(job);
    if (!document_.jobs[job].continue_if) continue;
    tell(job, "continue-if is evaluated");
    const auto on = goes_on(document_, job, results_of(job), world_.jq);
    if (!on) {
      co_await firm_.join();
      co_return on.error();
    }
    tell(job, std::string("continue-if says ") + (*on ? "true" : "false"));
    if (*on) continue;
    for (std::size_t later = job + 1; later < document_.jobs.size(); ++later) tell(later, "skipped");
    break;
  }
  co_await firm_.join();
  complete_ = true;
  co_return Problems{};
}

Async<void> Batch::run_job(std::size_t job) {
  tell(job, json::to_pretty(document_.source["jobs"][job]));
  std::vector<std::size_t> left;
  const auto& cells = progress_[job].cells;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i].element) left.push_back(i);
  }
  observer_.job_begins(job, left.size());
  if (document_.jobs[job].parallel) {
    co_await run_at_once(job, std::move(left));
  } else {
    for (const auto iteration : left) {
      const Turn turn{job, iteration, 0, Duration::zero()};
      co_await run_one(turn);
    }
  }
  observer_.job_ends(job);
}

// With a common start and a bound they go in groups, each with a start of its own.
Async<void> Batch::run_at_once(std::size_t job, std::vector<std::size_t> iterations) {
  const std::size_t bound = settings_.parallel_max == 0 ? iterations.size() : settings_.parallel_max;
  if (!document_.jobs[job].sync_start) {
    co_await run_together(job, std::move(iterations));
    co_return;
  }
  for (std::size_t at = 0; at < iterations.size(); at += bound) {
    const auto first = iterations.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = static_cast<std::ptrdiff_t>(std::min(bound, iterations.size() - at));
    std::vector<std::size_t> group(first, first + count);
    synchronize(job, group);
    co_await run_together(job, std::move(group));
  }
}

void Batch::synchronize(std::size_t job, const std::vector<std::size_t>& iterations) {
  const Job& settings = document_.jobs[job];
  const Duration delay =
      settings.backoff * static_cast<std::int64_t>(iterations.size()) + settings.setup_time;
  const auto start = format_timestamp_z(world_.clock.now() + delay);
  tell(job, "start moved by " + clock_text(delay) + " to " + start);
  for (const auto iteration : iterations) plan_[job][iteration]["schedule"]["start"] = start;
}

Async<void> Batch::run_together(std::size_t job, std::vector<std::size_t> iterations) {
  tell(job, "running " + std::to_string(iterations.size()) + " iterations in parallel");
  Gate places(world_.executor, settings_.parallel_max == 0 ? iterations.size() : settings_.parallel_max);
  const auto step = [&](std::size_t number) {
    return run_in_turn({job, iterations[number], number, Duration::zero()}, places);
  };
  co_await ports::at_once(world_.executor, iterations.size(), step);
}

Async<void> Batch::run_in_turn(Turn turn, Gate& places) {
  const Duration begun = world_.clock.steady();
  auto entering = places.enter(Instant{});
  const auto place = co_await std::move(entering);
  turn.waited = world_.clock.steady() - begun;
  co_await run_one(turn);
}

Async<void> Batch::run_one(Turn turn) {
  auto attempting = attempt(turn);
  const auto done = co_await std::move(attempting);
  if (!done) finish(turn, failure_element(done.error()));
}

void Batch::finish(const Turn& turn, Json element) {
  Cell& cell = cell_of(turn);
  cell.element = std::move(element);
  cell.task_url.clear();
  cell.sent = Json();
  observer_.finished(turn.job, turn.iteration, *cell.element);
}

void Batch::tell(std::size_t job, const std::string& text) const {
  if (observer_.wants_debug()) observer_.debug(document_.jobs[job].label + ": " + text);
}

Json Batch::results_of(std::size_t job) const {
  Json results = Json::array();
  for (const auto& cell : progress_[job].cells) {
    if (cell.element) {
      results.push_back(*cell.element);
    } else if (!cell.task_url.empty()) {
      results.push_back({{"task", cell.sent}, {"href", cell.task_url}});
    } else {
      results.push_back(nullptr);
    }
  }
  return results;
}

Json Batch::output() const {
  Json output = document_.source;
  for (std::size_t job = 0; job < progress_.size(); ++job) {
    if (progress_[job].reached) output["jobs"][job]["results"] = results_of(job);
  }
  const Duration spent = spent_before_ + (world_.clock.steady() - begun_);
  Json& batch = output["batch"];
  batch = {{"start", format_timestamp_z(started_)},
           {"end", format_timestamp_z(world_.clock.now())},
           {"duration", format_duration(spent)}};
  if (!complete_) batch["interrupted"] = true;
  return output;
}

bool Batch::succeeded(const Json& element) {
  const Json* runs = json::find_array(element, "runs");
  if (runs == nullptr || runs->empty()) return false;
  std::size_t results = 0;
  for (const auto& run : *runs) {
    const Json* result = json::find_object(run, "application/json");
    if (result != nullptr && carries_a_stream(*result)) continue;
    if (result == nullptr || !json::find_bool(*result, "succeeded").value_or(false)) return false;
    ++results;
  }
  return results > 0;
}

}  // namespace pscheduler::batch
