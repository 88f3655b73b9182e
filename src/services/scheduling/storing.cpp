// The way of a run into the store and to the runner.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/limits.hpp"
#include "pscheduler/services/scheduling.hpp"
#include "services/scheduling/turns.hpp"

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

// The run of an attempt; one that is planned anew takes the place of the one that stood for it so far.
Scheduling::Planned Scheduling::planned_run(const Task& task, const Attempt& attempt, TimeRange times) {
  Planned planned{new_run(task, RunId(ports::new_uuid(ports_.random)), times), {"Scheduled.", "scheduler"}};
  planned.run.nominal_start = attempt.nominal_start;
  planned.run.latest_start = attempt.latest_start;
  if (!attempt.replaces) return planned;
  Run replaced = *attempt.replaces;
  planned.origin = Origin::planned_anew;
  planned.replaces = replaced.id;
  planned.why.reason = "Planned anew, for run " + replaced.id.to_string() + ".";
  replaced.latest_start.reset();
  planned.together.history.push_back({replaced.id, ports_.clock.now(), replaced.state, replaced.state,
                                      "Planned anew as run " + planned.run.id.to_string() + ".",
                                      "scheduler"});
  planned.together.changed_runs.push_back(std::move(replaced));
  return planned;
}

// Reserves the run's time, asks the tool for this host's data, agrees on the run with the other participants
// where this node leads them, makes it durable and hands it to the runner. Until then nobody can displace it.
// The task stays in the book meanwhile, so that a cancellation that comes in between is seen.
ports::AsyncResult<void> Scheduling::store_run(const Task& task, Planned planned, Agreement* agreement) {
  const RunId id = planned.run.id;
  if (timeline_.find(id)) {
    co_return fail(Errc::conflict, "There is a run " + id.to_string() + " on this host's schedule already.");
  }
  const auto turn = turn_of(task, planned.run);
  schedule::Occupation occupation{
      id, task.scheduling_class, planned.run.times, planned.run.priority.value_or(0), true, turn};
  for (const Run& replaced : planned.together.changed_runs) giving_way_.emplace(replaced.id, replaced);
  const auto replaces = planned.replaces;
  std::vector<Displaced> displaced = make_way(task, planned);
  timeline_.insert(occupation);
  const Rank rank = rank_of(task, planned.run.nominal_start.value_or(planned.run.times.start));
  const Origin origin = planned.origin;
  claims_.negotiate(id, rank);
  const TaskBook::Hold hold(book_, task);
  Result<std::optional<Run>> added;
  std::exception_ptr cancelled;
  try {
    added = co_await add_with_displaced(task, hold.progress(), std::move(planned), displaced, agreement);
  } catch (...) {
    cancelled = std::current_exception();
  }
  timeline_.erase(id);
  settle(id);
  if (replaces) giving_way_.erase(*replaces);
  displaced = take_those_left(std::move(displaced));
  if (cancelled) std::rethrow_exception(cancelled);
  if (!added) {
    co_await give_back(std::move(displaced));
    // Others may have found it taken; those that are planned anew would else take turns for ever.
    if (origin == Origin::planned) room_freed(occupation.times);
    co_return fail(std::move(added.error()));
  }
  if (*added) {
    occupation.firm = (*added)->held_until.has_value();
    occupation.priority = (*added)->priority.value_or(0);
    timeline_.insert(occupation);
    if (occupation.firm) {
      claims_.hold(std::move(**added), task.scheduling_class, rank);
      changed_.notify_all();
    } else {
      runner_.offer(std::move(**added), task);
    }
  }
  keep_open(displaced);
  co_return Result<void>{};
}

ports::AsyncResult<std::optional<Run>> Scheduling::add_with_displaced(const Task& task,
                                                                      TaskProgress& progress, Planned planned,
                                                                      const std::vector<Displaced>& displaced,
                                                                      Agreement* agreement) {
  auto permitted = co_await permit(task, planned, displaced);
  if (!permitted) co_return fail(std::move(permitted.error()));
  co_await add_preempted(planned.together, displaced, task, planned.run);
  auto errands = planned.together.new_errands;
  auto adding = agreement == nullptr ? add_run(task, progress, std::move(planned))
                                     : add_agreed_run(task, progress, std::move(planned), *agreement);
  auto added = co_await std::move(adding);
  if (added) errands_.take(std::move(errands));
  co_return added;
}

// What the limits say of a run whose time is reserved, and the priority they give it: one that displaces
// others must rank above them with that, or have its turn among equals.
ports::AsyncResult<void> Scheduling::permit(const Task& task, Planned& planned,
                                            const std::vector<Displaced>& displaced) {
  if (!limits_.in_force()) co_return Result<void>{};
  auto permitted = co_await limits_.permit_run(task, planned.run.id, planned.run.times, planned.offset);
  if (!permitted) {
    // What this host plans waits until the limits can be used again.
    const bool waits = permitted.error().code == Errc::not_possible && planned.origin != Origin::placed;
    if (waits) permitted.error().code = Errc::unavailable;
    co_return fail(std::move(permitted.error()));
  }
  planned.run.limit_diags = std::move(permitted->diags);
  if (permitted->priority) planned.run.priority = permitted->priority;
  planned.together.new_charges = std::move(permitted->charges);
  planned.quota_hold = std::move(permitted->hold);
  const std::int64_t priority = planned.run.priority.value_or(0);
  const bool takes_turn = planned.displacing && planned.displacing->turn;
  for (const auto& other : displaced) {
    const std::int64_t others = other.run.priority.value_or(0);
    if (others < priority || (takes_turn && others == priority)) continue;
    co_return fail(Errc::not_possible,
                   "There was no free time within the slip, and the priority that the limits give, " +
                       std::to_string(priority) + ", is not above that of run " + other.run.id.to_string() +
                       ".");
  }
  co_return Result<void>{};
}

// This host's data for a run, from the tool of its task.
ports::AsyncResult<JsonText> Scheduling::own_data(const Task& task, const TaskProgress& progress,
                                                  Origin origin) {
  Json test = Json::parse(task.document, nullptr, false).value("test", Json::object());
  auto data = co_await plugins_.participant_data(task.tool, std::move(test), task.participant);
  if (origin != Origin::placed && !progress.enabled) {
    co_return fail(Errc::conflict, "The task was canceled meanwhile.");
  }
  if (!data) co_return fail(std::move(data.error()));
  co_return json::to_compact(*data);
}

// The durable run, or none when its task was canceled meanwhile.
ports::AsyncResult<std::optional<Run>> Scheduling::add_run(const Task& task, TaskProgress& progress,
                                                           Planned planned) {
  Run run = std::move(planned.run);
  auto data = co_await own_data(task, progress, planned.origin);
  if (!data) co_return fail(std::move(data.error()));
  auto wanted = leave_out_removed(planned);
  if (!wanted) co_return fail(std::move(wanted.error()));
  run.participant_data = std::move(*data);
  if (task.participants.size() == 1) run.participant_data_full = "[" + run.participant_data + "]";
  const TaskProgress before = progress;
  count_run(task, progress, run, planned.origin);
  planned.together.task_progress.emplace_back(task.id, progress);
  Run durable = run;
  auto added = co_await journal_.add(std::move(run), std::move(planned.why), std::move(planned.together));
  if (!added) {
    uncount_run(progress, before, planned.origin);
    co_return fail(std::move(added.error()));
  }
  if (progress.enabled) co_return std::optional<Run>(std::move(durable));
  // Canceled while its run was being stored: the cancellation has not seen the run.
  co_await withdraw_stored(std::move(durable), planned.origin != Origin::placed);
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

// A run that somebody has placed and the limits deny, for the record.
ports::AsyncResult<void> Scheduling::store_denied(const Task& task, RunId id, TimeRange times, Why why,
                                                  Error denial) {
  const TaskBook::Hold hold(book_, task);
  TaskProgress& progress = hold.progress();
  const TaskProgress before = progress;
  Run run = new_run(task, id, times);
  run.state = RunState::nonstart;
  run.limit_diags = denial_in(denial);
  run.errors = denial.message;
  why.reason = std::move(denial.message);
  count_run(task, progress, run, Origin::placed);
  ports::Changes together;
  together.task_progress.emplace_back(task.id, progress);
  auto stored = co_await journal_.add(std::move(run), std::move(why), std::move(together));
  if (!stored) uncount_run(progress, before, Origin::placed);
  co_return stored;
}

// One without room may be planned anew when there is some; one that the limits deny stays denied.
ports::Async<void> Scheduling::store_nonstart(const Task& task, Attempt attempt, Error problem) {
  const TaskBook::Hold hold(book_, task);
  TaskProgress& progress = hold.progress();
  if (!progress.enabled) co_return;
  const TaskProgress before = progress;
  const TimeRange wanted{attempt.nominal_start, attempt.nominal_start + task.duration};
  Run run = new_run(task, RunId(ports::new_uuid(ports_.random)), wanted);
  run.state = RunState::nonstart;
  run.errors = problem.message;
  run.limit_diags = denial_in(problem);
  run.nominal_start = attempt.nominal_start;
  if (run.limit_diags.empty()) run.latest_start = attempt.latest_start;
  count_run(task, progress, run, Origin::planned);
  ports::Changes together;
  together.task_progress.emplace_back(task.id, progress);
  const Run nonstart = run;
  Why why{std::move(problem.message), "scheduler"};
  auto stored = co_await journal_.add(std::move(run), std::move(why), std::move(together));
  if (stored) {
    if (nonstart.latest_start) keep_open(nonstart, task.scheduling_class);
    co_return;
  }
  uncount_run(progress, before, Origin::planned);
  ports_.log.write(ports::kRunNotPlanned, {{"task", task.id.to_string()}, {"error", stored.error().message}});
  retry_soon(task.id);
}

}  // namespace pscheduler::services
