// Long runs that stream results: a tool that dies early is started again, and each result becomes a run of
// its own (spec scheduling.md 10).

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/runner.hpp"

namespace pscheduler::services {
namespace {

// Streamed results that wait to be stored; more than this means that the store cannot keep up.
constexpr int kRecordsInFlightMax = 1000;

// From the early end of a tool to its next start; doubled each time, so that one that cannot work does not
// keep the node busy.
constexpr Duration kRestartPause = std::chrono::seconds(1);
constexpr Duration kRestartPauseMax = std::chrono::minutes(1);

// A tool that has worked that long is started again as soon as the first time.
constexpr Duration kWorked = std::chrono::minutes(5);

std::string why_ended(const Result<ToolOutcome>& outcome) {
  if (!outcome) return outcome.error().message;
  if (!outcome->failure.empty()) return outcome->failure;
  return "The tool exited with status " + std::to_string(outcome->status) + ".";
}

bool has_failed(const Result<ToolOutcome>& outcome) {
  return !outcome || outcome->status != 0 ||
         (outcome->end != ports::ProcessEnd::exited && !outcome->failure.empty());
}

}  // namespace

// What the last tool has left when the slot is over, or one has ended by itself as it should.
ports::Async<Result<ToolOutcome>> Runner::stream_to_the_end(ActiveRun active, const Task& task,
                                                            Result<ToolOutcome> outcome) {
  Duration pause = kRestartPause;
  while (has_failed(outcome) && ports_.clock.now() + pause < active->run.times.end) {
    ports_.log.write(ports::kRunToolRestarted,
                     {{"run", active->run.id.to_string()}, {"reason", why_ended(outcome)}});
    Why why{why_ended(outcome) + " It is started again.", "runner"};
    co_await journal_.move_surely(active->run, RunState::running, std::move(why));
    co_await ports_.clock.sleep_for(pause);
    // The store may have had no room for a long time.
    if (ports_.clock.now() >= active->run.times.end) break;
    const Duration started = ports_.clock.steady();
    ToolRun again = tool_run_for(active, task);
    outcome = co_await plugins_.run(std::move(again));
    const bool has_worked = ports_.clock.steady() - started >= kWorked;
    pause = has_worked ? kRestartPause : std::min(pause * 2, kRestartPauseMax);
  }
  co_return outcome;
}

// One result streamed by a long run: it becomes a finished run of its own (spec scheduling.md 10.2).
void Runner::take_record(const ActiveRun& active, std::shared_ptr<const Json> record) {
  if (active->records_in_flight >= kRecordsInFlightMax) {
    if (active->records_dropped++ == 0) {
      ports_.log.write(ports::kRunRecordsDropped, {{"run", active->run.id.to_string()}});
    }
    return;
  }
  ++active->records_in_flight;
  executions_.spawn(store_record(active, std::move(record)));
}

ports::Async<void> Runner::store_record(ActiveRun active, std::shared_ptr<const Json> record) {
  const Instant now = ports_.clock.now();
  Run run;
  run.id = RunId(ports::new_uuid(ports_.random));
  run.task = active->run.task;
  run.times = TimeRange{now, now};
  run.added = now;
  run.state = RunState::finished;
  run.status = 0;
  run.priority = 0;
  if (TaskProgress* progress = book_.find(run.task)) ++progress->runs;
  Why why{"A result streamed by run " + active->run.id.to_string() + ".", "runner"};
  bool archives = false;
  RunJournal::MakeChanges together = [this, active, id = run.id, record, &archives] {
    ports::Changes changes = progress_of(active->task->id);
    changes.new_archivings = archivings_of(*active->task, id, RunState::finished).new_archivings;
    archives = !changes.new_archivings.empty();
    RunResults results;
    results.merged = json::to_compact(*record);
    changes.results.emplace_back(id, std::move(results));
    return changes;
  };
  const RunId id = run.id;
  co_await journal_.add_surely(std::move(run), std::move(why), std::move(together));
  if (archives) archive(id);
  --active->records_in_flight;
}

}  // namespace pscheduler::services
