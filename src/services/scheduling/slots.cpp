// Where a run goes on the timeline, and its way into the store and to the runner.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/schedule/recurrence.hpp"
#include "pscheduler/services/scheduling.hpp"

namespace pscheduler::services {
namespace {

// How long to wait before a run is planned again that the store had no room for.
constexpr Duration kRetryInterval = std::chrono::seconds(1);

// A whole number of seconds from none up to `room`, each as likely.
Duration random_seconds(ports::Random& random, Duration room) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(room).count();
  return std::chrono::seconds(ports::uniform(random, static_cast<std::uint64_t>(seconds) + 1));
}

}  // namespace

Run Scheduling::new_run(const Task& task, RunId id, TimeRange times) const {
  Run run;
  run.id = id;
  run.task = task.id;
  run.times = times;
  run.added = ports_.clock.now();
  run.priority = task.priority;
  return run;
}

// The earliest and the latest start of a run.
TimeRange Scheduling::starts_for(const Task& task, Instant nominal) const {
  Instant earliest = nominal;
  if (!traits(task.scheduling_class).anytime) {
    // Others may not be disturbed while this tool gets ready, so it gets ready inside the time before its
    // slot.
    earliest = std::max(earliest, ports_.clock.now() + plugins_.preparation_time(task.tool));
  }
  return {earliest, std::max(earliest, nominal + schedule::effective_slip(task.schedule, task.duration))};
}

std::optional<TimeRange> Scheduling::choose_slot(const Task& task, const TimeRange& starts) {
  if (task.schedule.random_slip) return choose_random_slot(task, starts);
  if (traits(task.scheduling_class).anytime) return TimeRange{starts.start, starts.start + task.duration};
  return timeline_.find_slot({task.scheduling_class, starts.start, starts.end, task.duration});
}

// Any of the free pieces, and in it any whole second (spec scheduling.md 6.3).
std::optional<TimeRange> Scheduling::choose_random_slot(const Task& task, const TimeRange& starts) {
  const TimeRange window{starts.start, starts.end + task.duration};
  const auto pieces = timeline_.gaps(task.scheduling_class, window, task.duration);
  if (pieces.empty()) return std::nullopt;
  const auto& piece = pieces[ports::uniform(ports_.random, pieces.size())];
  const Instant start = piece.start + random_seconds(ports_.random, piece.length() - task.duration);
  return TimeRange{start, start + task.duration};
}

ports::Async<void> Scheduling::plan_run(const Task& task, Instant nominal) {
  const TimeRange starts = starts_for(task, nominal);
  const auto slot = choose_slot(task, starts);
  if (!slot) {
    const TimeRange wanted{nominal, nominal + task.duration};
    const auto conflict =
        timeline_.first_conflict(task.scheduling_class, TimeRange{starts.start, starts.end + task.duration});
    std::string reason = conflict ? describe_conflict(*conflict) : std::string("No free time was found.");
    co_await store_nonstart(task, wanted, std::move(reason));
    co_return;
  }
  Run run = new_run(task, RunId(ports::new_uuid(ports_.random)), *slot);
  const RunId id = run.id;
  Why why{"Scheduled.", "scheduler"};
  auto stored = co_await store_run(task, std::move(run), std::move(why), true);
  if (stored) co_return;
  ports_.log.write(
      ports::kRunNotPlanned,
      {{"task", task.id.to_string()}, {"run", id.to_string()}, {"error", stored.error().message}});
  if (stored.error().code == Errc::unavailable) {
    plan_at(task.id, ports_.clock.now() + kRetryInterval);
  } else {
    std::string reason = stored.error().message;
    co_await store_nonstart(task, *slot, std::move(reason));
  }
}

// Reserves the run's time, asks the tool for this host's data, makes the run durable and hands it to the
// runner. The task stays in the book meanwhile, so that a cancellation that comes in between is seen.
ports::AsyncResult<void> Scheduling::store_run(const Task& task, Run run, Why why, bool planned_here) {
  const RunId id = run.id;
  if (!timeline_.insert({id, task.scheduling_class, run.times})) {
    co_return fail(Errc::conflict, "There is a run " + id.to_string() + " on this host's schedule already.");
  }
  const TaskBook::Hold hold(book_, task);
  Result<std::optional<Run>> added;
  try {
    added = co_await add_run(task, hold.progress(), std::move(run), std::move(why), planned_here);
  } catch (...) {
    timeline_.erase(id);
    throw;
  }
  if (added && *added) {
    runner_.offer(std::move(**added), task);
  } else {
    timeline_.erase(id);
  }
  if (!added) co_return fail(std::move(added.error()));
  co_return Result<void>{};
}

// The durable run, or none when its task was canceled meanwhile.
ports::AsyncResult<std::optional<Run>> Scheduling::add_run(const Task& task, TaskProgress& progress, Run run,
                                                           Why why, bool planned_here) {
  Json test = Json::parse(task.document, nullptr, false).value("test", Json::object());
  auto data = co_await plugins_.participant_data(task.tool, std::move(test), task.participant);
  if (planned_here && !progress.enabled) co_return std::optional<Run>();
  if (!data) co_return fail(std::move(data.error()));
  run.participant_data = json::to_compact(*data);
  if (task.participants.size() == 1) run.participant_data_full = "[" + run.participant_data + "]";
  const TaskProgress before = progress;
  ports::Changes together = count_run(task, progress, run, planned_here);
  Run durable = run;
  auto added = co_await journal_.add(std::move(run), std::move(why), std::move(together));
  if (!added) {
    uncount_run(progress, before);
    co_return fail(std::move(added.error()));
  }
  if (progress.enabled) co_return std::optional<Run>(std::move(durable));
  // Canceled while its run was being stored: the cancellation has not seen the run.
  co_await withdraw_stored(std::move(durable), planned_here);
  co_return std::optional<Run>();
}

// What a cancellation does to a run that has not been started; one that a lead has placed stays for it to
// see.
ports::Async<void> Scheduling::withdraw_stored(Run run, bool planned_here) {
  if (planned_here && run.times.start > ports_.clock.now()) {
    ports::Changes changes;
    changes.removed_runs.push_back(run.id);
    auto removed = co_await journal_.commit_for(run.task, std::move(changes));
    if (removed) co_return;
  }
  Why canceled{"Its task was canceled.", "scheduler"};
  co_await journal_.move_surely(run, RunState::canceled, std::move(canceled));
}

ports::Changes Scheduling::count_run(const Task& task, TaskProgress& progress, const Run& run,
                                     bool planned_here) {
  ++progress.runs;
  ++progress.attempts;
  if (!progress.first_start) progress.first_start = task.schedule.start.value_or(run.times.start);
  progress.latest_end = std::max(progress.latest_end.value_or(run.times.end), run.times.end);
  if (planned_here && !task.schedule.repeats()) progress.plans_runs = false;
  ports::Changes changes;
  changes.task_progress.emplace_back(task.id, progress);
  return changes;
}

// The run was not stored after all: it is still to be planned, unless the task was canceled meanwhile. What
// another run has set since stays.
void Scheduling::uncount_run(TaskProgress& progress, const TaskProgress& before) {
  --progress.runs;
  --progress.attempts;
  if (progress.runs == before.runs) {
    progress.first_start = before.first_start;
    progress.latest_end = before.latest_end;
  }
  progress.plans_runs = before.plans_runs && progress.enabled;
}

ports::Async<void> Scheduling::store_nonstart(const Task& task, TimeRange times, std::string reason) {
  const TaskBook::Hold hold(book_, task);
  TaskProgress& progress = hold.progress();
  if (!progress.enabled) co_return;
  const TaskProgress before = progress;
  Run run = new_run(task, RunId(ports::new_uuid(ports_.random)), times);
  run.state = RunState::nonstart;
  run.errors = reason;
  ports::Changes together = count_run(task, progress, run, true);
  const Run ended = run;
  Why why{std::move(reason), "scheduler"};
  auto stored = co_await journal_.add(std::move(run), std::move(why), std::move(together));
  if (stored) {
    run_ended(ended);
    co_return;
  }
  uncount_run(progress, before);
  ports_.log.write(ports::kRunNotPlanned, {{"task", task.id.to_string()}, {"error", stored.error().message}});
  plan_at(task.id, ports_.clock.now() + kRetryInterval);
}

std::string Scheduling::describe_conflict(const schedule::Occupation& conflict) const {
  const auto seconds_left =
      std::chrono::ceil<std::chrono::seconds>(conflict.times.end - ports_.clock.now()).count();
  return "There was no free time within the slip: run " + conflict.run.to_string() + " (" +
         std::string(traits(conflict.scheduling_class).name) + ") occupies the schedule for another " +
         std::to_string(seconds_left) + " s. Ask for a later start or a longer slip.";
}

}  // namespace pscheduler::services
