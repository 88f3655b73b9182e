// What becomes of the runs and tasks that were under way when the daemon ended (spec scheduling.md 12.7).

#include <algorithm>
#include <unordered_map>

#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/scheduling.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "services/scheduling/turns.hpp"

namespace pscheduler::services {
namespace {

constexpr std::string_view kInterrupted =
    R"({"succeeded":false,"error":"The daemon was interrupted while the tool was running; it was not run again."})";

// Tasks that have been read already; their runs lie together as a rule. Bounded, as there may be any number.
class TaskCache {
 public:
  explicit TaskCache(ports::Store& store) : store_(store) {}

  // Null when there is no such task; good until the next call.
  ports::AsyncResult<const Task*> find(TaskId id) {
    if (const auto known = tasks_.find(id); known != tasks_.end()) co_return &known->second;
    auto found = co_await store_.task(id);
    if (!found) co_return fail(std::move(found.error()));
    if (!*found) co_return static_cast<const Task*>(nullptr);
    if (tasks_.size() >= kTasksMax) tasks_.clear();
    const auto entry = tasks_.emplace(id, std::move(**found)).first;
    co_return &entry->second;
  }

 private:
  static constexpr std::size_t kTasksMax = 4096;  // some 10 MB of documents

  ports::Store& store_;
  std::unordered_map<TaskId, Task> tasks_;
};

Why restart(std::string reason) {
  return {std::move(reason), "restart"};
}

// The archivings of what the restart makes of a run: a result, or the end of one that was at work when its
// task was canceled. Those that stream have had theirs.
ports::AsyncResult<ports::Changes> archivings_of(ports::Store& store, const Runner& runner, const Run& run,
                                                 RunState to, const std::optional<RunResults>& results) {
  ports::Changes changes;
  const bool at_work = run.state == RunState::on_deck || run.state == RunState::running;
  const bool has_result = results && !results->merged.empty();
  if (!has_result && !(at_work && to == RunState::canceled)) co_return changes;
  auto task = co_await store.task(run.task);
  if (!task) co_return fail(std::move(task.error()));
  const bool archives = *task && !traits((*task)->scheduling_class).multi_result;
  if (archives) changes = runner.archivings_of(**task, run.id, to);
  co_return changes;
}

}  // namespace

ports::AsyncResult<void> Scheduling::recover() {
  auto runs = co_await ports_.store.unfinished_runs();
  if (!runs) co_return fail(std::move(runs.error()));
  TaskCache tasks(ports_.store);
  std::vector<TimeRange> lost;  // of runs that end here
  for (auto& run : *runs) {
    auto task = co_await tasks.find(run.task);
    if (!task) co_return fail(std::move(task.error()));
    if (*task == nullptr) continue;
    const RunId id = run.id;
    const TimeRange times = run.times;
    auto recovered = co_await recover_run(std::move(run), **task);
    if (!recovered) co_return recovered;
    const bool had_time = !traits((*task)->scheduling_class).anytime;
    if (had_time && !timeline_.find(id)) lost.push_back(times);
  }
  auto open = co_await ports_.store.open_runs(ports_.clock.now());
  if (!open) co_return fail(std::move(open.error()));
  for (const auto& run : *open) {
    auto task = co_await tasks.find(run.task);
    if (!task) co_return fail(std::move(task.error()));
    if (*task != nullptr && (*task)->progress.enabled) keep_open(run, (*task)->scheduling_class);
  }
  auto planning = co_await ports_.store.planning_tasks();
  if (!planning) co_return fail(std::move(planning.error()));
  for (const auto& task : *planning) {
    const auto& progress = book_.open(task);
    plan_later(task, progress);
  }
  for (const auto& times : lost) room_freed(times);
  co_return Result<void>{};
}

// A store without room does not keep the node from starting: the run gets its end when there is room.
ports::AsyncResult<void> Scheduling::end_recovered(Run run, RunState to, Why why,
                                                   std::optional<RunResults> results) {
  auto copy_of_why = why;
  auto copy_of_results = results;
  auto together = co_await archivings_of(ports_.store, runner_, run, to, results);
  if (!together) co_return fail(std::move(together.error()));
  ports::Changes archivings = *together;
  auto moved = co_await journal_.move(run, to, std::move(copy_of_why), std::move(copy_of_results),
                                      std::move(archivings));
  if (moved || moved.error().code != Errc::unavailable) co_return moved;
  plans_.spawn(
      end_when_there_is_room(std::move(run), to, std::move(why), std::move(results), std::move(*together)));
  co_return Result<void>{};
}

ports::Async<void> Scheduling::end_when_there_is_room(Run run, RunState to, Why why,
                                                      std::optional<RunResults> results,
                                                      ports::Changes together) {
  RunJournal::MakeChanges again = [together = std::move(together)] { return together; };
  co_await journal_.move_surely(run, to, std::move(why), std::move(results), std::move(again));
  runner_.archive(run.id);
}

ports::AsyncResult<void> Scheduling::recover_run(Run run, const Task& task) {
  const Instant now = ports_.clock.now();
  const auto& rules = traits(task.scheduling_class);
  const bool streams_on = rules.multi_result && now < run.times.end;
  const bool not_begun = run.state == RunState::scheduling || run.state == RunState::pending;
  if (run.state == RunState::scheduling) {
    co_return co_await forget_negotiation(std::move(run), task);
  }
  if (run.state == RunState::cleanup) {
    runner_.offer(std::move(run), task);
    co_return Result<void>{};
  }
  if (!task.progress.enabled) {
    Why why = restart("Its task was canceled.");
    co_return co_await end_recovered(std::move(run), RunState::canceled, std::move(why));
  }
  if (run.state == RunState::running && streams_on) {
    runner_.offer(std::move(run), task);
    co_return Result<void>{};
  }
  if (!not_begun) {
    RunResults results;
    results.local = kInterrupted;
    if (task.leads() && !rules.multi_result) {
      results.full = result_full(task, {{task.participant, results.local}});
      results.merged = kInterrupted;
    }
    run.status = 2;
    run.errors = "The daemon was interrupted while the tool was running; it was not run again.";
    ports_.log.write(ports::kRunInterrupted, {{"run", run.id.to_string()}});
    Why why = restart(run.errors);
    co_return co_await end_recovered(std::move(run), RunState::failed, std::move(why), std::move(results));
  }
  if (run.held_until && *run.held_until <= now) {
    run.held_until.reset();
    run.errors = "Its lead did not confirm the run before this daemon was stopped, nor until it was back.";
    Why why = restart(run.errors);
    co_return co_await end_recovered(std::move(run), RunState::nonstart, std::move(why));
  }
  // A slot on the timeline is only good from its start; others may begin a little late.
  const bool too_late = rules.multi_result ? !streams_on
                        : rules.anytime    ? now >= run.times.start + settings_.straggle
                                           : now > run.times.start;
  if (too_late) {
    run.errors = "Not started: the daemon was not running when the run was due.";
    ports_.log.write(ports::kRunMissed, {{"run", run.id.to_string()}, {"reason", run.errors}});
    Why why = restart(run.errors);
    co_return co_await end_recovered(std::move(run), RunState::missed, std::move(why));
  }
  const bool held = run.held_until.has_value();
  const auto turn = turn_of(task, run);
  timeline_.insert({run.id, task.scheduling_class, run.times, run.priority.value_or(0), held, turn});
  if (held) {
    const Rank rank = rank_of(task, run.nominal_start.value_or(run.times.start));
    claims_.hold(std::move(run), task.scheduling_class, rank);
  } else {
    ask_later(task, run);
    runner_.offer(std::move(run), task);
  }
  co_return Result<void>{};
}

// A run that was being agreed on: the others are told to forget it.
ports::AsyncResult<void> Scheduling::forget_negotiation(Run run, const Task& task) {
  ports::Changes changes;
  changes.removed_runs.push_back(run.id);
  changes.new_errands = errands_.for_run(task, run.id);
  auto errands = changes.new_errands;
  auto removed = co_await ports_.store.commit(std::move(changes));
  if (removed || removed.error().code == Errc::unavailable) errands_.take(std::move(errands));
  // A store without room does not keep the node from starting.
  if (!removed && removed.error().code == Errc::unavailable) co_return Result<void>{};
  co_return removed;
}

}  // namespace pscheduler::services
