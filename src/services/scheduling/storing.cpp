// The way of a run into the store and to the runner.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/scheduling.hpp"

namespace pscheduler::services {

Run Scheduling::new_run(const Task& task, RunId id, TimeRange times) const {
  Run run;
  run.id = id;
  run.task = task.id;
  run.times = times;
  run.added = ports_.clock.now();
  run.priority = task.priority;
  return run;
}

// Reserves the run's time, asks the tool for this host's data, makes the run durable and hands it to the
// runner. Until then nobody can displace it. The task stays in the book meanwhile, so that a cancellation
// that comes in between is seen.
ports::AsyncResult<void> Scheduling::store_run(const Task& task, Run run, Why why, Origin origin,
                                               ports::Changes together) {
  const RunId id = run.id;
  if (timeline_.find(id)) {
    co_return fail(Errc::conflict, "There is a run " + id.to_string() + " on this host's schedule already.");
  }
  schedule::Occupation occupation{id, task.scheduling_class, run.times, run.priority.value_or(0), true};
  std::vector<Displaced> displaced = make_way(task, run);
  timeline_.insert(occupation);
  add_preempted(together, displaced, task, run);
  const TaskBook::Hold hold(book_, task);
  Result<std::optional<Run>> added;
  std::exception_ptr cancelled;
  try {
    added =
        co_await add_run(task, hold.progress(), std::move(run), std::move(why), origin, std::move(together));
  } catch (...) {
    cancelled = std::current_exception();
  }
  timeline_.erase(id);
  if (cancelled) std::rethrow_exception(cancelled);
  if (!added) {
    co_await give_back(std::move(displaced));
    co_return fail(std::move(added.error()));
  }
  if (*added) {
    occupation.firm = false;
    timeline_.insert(occupation);
    runner_.offer(std::move(**added), task);
  }
  keep_open(displaced);
  co_return Result<void>{};
}

// The durable run, or none when its task was canceled meanwhile.
ports::AsyncResult<std::optional<Run>> Scheduling::add_run(const Task& task, TaskProgress& progress, Run run,
                                                           Why why, Origin origin, ports::Changes together) {
  const bool planned_here = origin != Origin::placed;
  Json test = Json::parse(task.document, nullptr, false).value("test", Json::object());
  auto data = co_await plugins_.participant_data(task.tool, std::move(test), task.participant);
  if (planned_here && !progress.enabled) {
    co_return fail(Errc::conflict, "The task was canceled meanwhile.");
  }
  if (!data) co_return fail(std::move(data.error()));
  run.participant_data = json::to_compact(*data);
  if (task.participants.size() == 1) run.participant_data_full = "[" + run.participant_data + "]";
  const TaskProgress before = progress;
  count_run(task, progress, run, origin);
  together.task_progress.emplace_back(task.id, progress);
  Run durable = run;
  auto added = co_await journal_.add(std::move(run), std::move(why), std::move(together));
  if (!added) {
    uncount_run(progress, before, origin);
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

void Scheduling::count_run(const Task& task, TaskProgress& progress, const Run& run, Origin origin) {
  ++progress.runs;
  if (origin != Origin::planned_anew) ++progress.attempts;
  if (origin == Origin::planned && task.schedule.repeats()) {
    const bool no_room = run.state == RunState::nonstart;
    progress.nonstarts_in_a_row = no_room ? progress.nonstarts_in_a_row + 1 : 0;
  }
  if (!progress.first_start) progress.first_start = task.schedule.start.value_or(run.times.start);
  progress.latest_end = std::max(progress.latest_end.value_or(run.times.end), run.times.end);
  if (origin == Origin::planned && !task.schedule.repeats()) progress.plans_runs = false;
}

// The run was not stored after all: it is still to be planned, unless the task was canceled meanwhile. What
// another run has set since stays.
void Scheduling::uncount_run(TaskProgress& progress, const TaskProgress& before, Origin origin) {
  --progress.runs;
  if (origin != Origin::planned_anew) --progress.attempts;
  if (origin == Origin::planned) progress.nonstarts_in_a_row = before.nonstarts_in_a_row;
  if (progress.runs == before.runs) {
    progress.first_start = before.first_start;
    progress.latest_end = before.latest_end;
  }
  progress.plans_runs = before.plans_runs && progress.enabled;
}

ports::Async<void> Scheduling::store_nonstart(const Task& task, Attempt attempt, std::string reason) {
  const TaskBook::Hold hold(book_, task);
  TaskProgress& progress = hold.progress();
  if (!progress.enabled) co_return;
  const TaskProgress before = progress;
  const TimeRange wanted{attempt.nominal_start, attempt.nominal_start + task.duration};
  Run run = new_run(task, RunId(ports::new_uuid(ports_.random)), wanted);
  run.state = RunState::nonstart;
  run.errors = reason;
  run.nominal_start = attempt.nominal_start;
  run.latest_start = attempt.latest_start;
  count_run(task, progress, run, Origin::planned);
  ports::Changes together;
  together.task_progress.emplace_back(task.id, progress);
  const Run nonstart = run;
  Why why{std::move(reason), "scheduler"};
  auto stored = co_await journal_.add(std::move(run), std::move(why), std::move(together));
  if (stored) {
    keep_open(nonstart, task.scheduling_class);
    co_return;
  }
  uncount_run(progress, before, Origin::planned);
  ports_.log.write(ports::kRunNotPlanned, {{"task", task.id.to_string()}, {"error", stored.error().message}});
  retry_soon(task.id);
}

}  // namespace pscheduler::services
