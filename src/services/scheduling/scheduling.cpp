#include "pscheduler/services/scheduling.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/ports/messages.hpp"
#include "pscheduler/schedule/recurrence.hpp"

namespace pscheduler::services {

Scheduling::Scheduling(Ports ports, Plugins& plugins, RunJournal& journal, TaskBook& book, Runner& runner,
                       SchedulingSettings settings)
    : ports_(std::move(ports)),
      plugins_(plugins),
      journal_(journal),
      book_(book),
      runner_(runner),
      settings_(settings),
      changed_(ports_.executor),
      plans_(ports_.executor, [this](const std::exception_ptr& exception) {
        try {
          std::rethrow_exception(exception);
        } catch (const std::exception& error) {
          ports_.log.write(ports::kPlanningBroken, {{"error", std::string(error.what())}});
        }
      }) {
  runner_.on_ended([this](const Run& run) { run_ended(run); });
}

void Scheduling::add(const Task& task) {
  const auto& progress = book_.open(task);
  const auto nominal = schedule::next_nominal_start(task.schedule, progress, ports_.clock.now());
  if (nominal) {
    plan_when_due(task.id, *nominal, task.schedule);
  } else {
    plans_.spawn(finish_planning(task.id));
  }
}

void Scheduling::plan_when_due(TaskId task, Instant nominal, const Schedule& schedule) {
  const Instant due = nominal - (settings_.horizon - std::min(schedule.slip, settings_.horizon));
  if (due <= ports_.clock.now()) {
    plans_.spawn(plan(task));
    return;
  }
  later_.emplace(due, task);
  changed_.notify_all();
}

ports::Async<void> Scheduling::work() {
  for (;;) {
    while (!later_.empty() && later_.begin()->first <= ports_.clock.now()) {
      const TaskId task = later_.begin()->second;
      later_.erase(later_.begin());
      plans_.spawn(plan(task));
    }
    if (later_.empty()) {
      co_await changed_.wait();
    } else {
      const Instant next = later_.begin()->first;
      co_await changed_.wait_until(ports_.clock, next);
    }
  }
}

ports::Async<void> Scheduling::stop() {
  plans_.cancel_all();
  co_await plans_.join();
}

// The next run of a task that is inside the horizon.
ports::Async<void> Scheduling::plan(TaskId id) {
  auto found = co_await ports_.store.task(id);
  if (!found) {
    co_await retry_later(id, std::chrono::seconds(1));
    co_return;
  }
  const TaskProgress* progress = book_.find(id);
  if (!*found || progress == nullptr || !progress->plans_runs) co_return;
  const Task task = std::move(**found);
  const auto nominal = schedule::next_nominal_start(task.schedule, *progress, ports_.clock.now());
  if (!nominal) {
    co_await finish_planning(id);
    co_return;
  }
  co_await plan_run(task, *nominal);
}

ports::Async<void> Scheduling::retry_later(TaskId id, Duration wait) {
  co_await ports_.clock.sleep_for(wait);
  plans_.spawn(plan(id));
}

Run Scheduling::new_run(const Task& task, RunId id, TimeRange times) const {
  Run run;
  run.id = id;
  run.task = task.id;
  run.times = times;
  run.added = ports_.clock.now();
  run.priority = task.priority;
  return run;
}

ports::Async<void> Scheduling::plan_run(const Task& task, Instant nominal) {
  const bool anytime = traits(task.scheduling_class).anytime;
  Instant earliest = nominal;
  if (!anytime) {
    // Others may not be disturbed while this tool gets ready, so it gets ready inside the time before its
    // slot.
    earliest = std::max(earliest, ports_.clock.now() + plugins_.preparation_time(task.tool));
  }
  const Instant latest = std::max(earliest, nominal + schedule::effective_slip(task.schedule, task.duration));
  std::optional<TimeRange> slot = TimeRange{earliest, earliest + task.duration};
  if (!anytime) {
    slot = timeline_.find_slot({task.scheduling_class, earliest, latest, task.duration});
  }
  if (!slot) {
    const TimeRange wanted{nominal, nominal + task.duration};
    const auto conflict =
        timeline_.first_conflict(task.scheduling_class, TimeRange{earliest, latest + task.duration});
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
    co_await retry_later(task.id, std::chrono::seconds(1));
  } else {
    std::string reason = stored.error().message;
    co_await store_nonstart(task, *slot, std::move(reason));
  }
}

// Reserves the run's time, asks the tool for this host's data, makes the run durable and hands it to the
// runner. The task stays in the book meanwhile, so that a cancellation that comes in between is seen.
ports::AsyncResult<void> Scheduling::store_run(const Task& task, Run run, Why why, bool planned_here) {
  const RunId id = run.id;
  timeline_.insert({id, task.scheduling_class, run.times});
  book_.open(task);
  book_.run_added(task.id);
  Result<std::optional<Run>> added;
  try {
    added = co_await add_run(task, std::move(run), std::move(why), planned_here);
  } catch (...) {
    timeline_.erase(id);
    book_.run_ended(task.id);
    throw;
  }
  if (added && *added) {
    runner_.offer(std::move(**added), task);
  } else {
    timeline_.erase(id);
  }
  book_.run_ended(task.id);
  if (!added) co_return fail(std::move(added.error()));
  co_return Result<void>{};
}

// The durable run, or none when its task was canceled meanwhile.
ports::AsyncResult<std::optional<Run>> Scheduling::add_run(const Task& task, Run run, Why why,
                                                           bool planned_here) {
  Json test = Json::parse(task.document, nullptr, false).value("test", Json::object());
  auto data = co_await plugins_.participant_data(task.tool, std::move(test), task.participant);
  if (!data) co_return fail(std::move(data.error()));
  if (planned_here && !book_.open(task).enabled) co_return std::optional<Run>();
  run.participant_data = data->dump(-1, ' ', true, Json::error_handler_t::replace);
  if (task.participants.size() == 1) run.participant_data_full = "[" + run.participant_data + "]";
  const TaskProgress before = book_.open(task);
  ports::Changes together = count_run(task, run, planned_here);
  Run durable = run;
  auto added = co_await journal_.add(std::move(run), std::move(why), std::move(together));
  if (!added) {
    uncount_run(task.id, before);
    co_return fail(std::move(added.error()));
  }
  if (book_.open(task).enabled) co_return std::optional<Run>(std::move(durable));
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

ports::Changes Scheduling::count_run(const Task& task, const Run& run, bool planned_here) {
  TaskProgress& progress = book_.open(task);
  ++progress.runs;
  if (!progress.first_start) progress.first_start = task.schedule.start.value_or(run.times.start);
  progress.latest_end = std::max(progress.latest_end.value_or(run.times.end), run.times.end);
  if (planned_here && !task.schedule.repeats()) progress.plans_runs = false;
  ports::Changes changes;
  changes.task_progress.emplace_back(task.id, progress);
  return changes;
}

// The run was not stored after all: it is still to be planned, unless the task was canceled meanwhile.
void Scheduling::uncount_run(TaskId id, const TaskProgress& before) {
  TaskProgress* progress = book_.find(id);
  if (progress == nullptr) return;
  --progress->runs;
  progress->first_start = before.first_start;
  progress->latest_end = before.latest_end;
  progress->plans_runs = before.plans_runs && progress->enabled;
}

ports::Async<void> Scheduling::store_nonstart(const Task& task, TimeRange times, std::string reason) {
  const TaskProgress* progress = book_.find(task.id);
  if (progress == nullptr || !progress->enabled) co_return;
  const TaskProgress before = *progress;
  Run run = new_run(task, RunId(ports::new_uuid(ports_.random)), times);
  run.state = RunState::nonstart;
  run.errors = reason;
  ports::Changes together = count_run(task, run, true);
  const Run ended = run;
  Why why{std::move(reason), "scheduler"};
  auto stored = co_await journal_.add(std::move(run), std::move(why), std::move(together));
  if (!stored) {
    uncount_run(task.id, before);
    ports_.log.write(ports::kRunNotPlanned,
                     {{"task", task.id.to_string()}, {"error", stored.error().message}});
    co_await retry_later(task.id, std::chrono::seconds(1));
    co_return;
  }
  book_.run_added(task.id);
  book_.run_ended(task.id);
  run_ended(ended);
}

std::string Scheduling::describe_conflict(const schedule::Occupation& conflict) const {
  const auto seconds_left =
      std::chrono::ceil<std::chrono::seconds>(conflict.times.end - ports_.clock.now()).count();
  return "There was no free time within the slip: run " + conflict.run.to_string() + " (" +
         std::string(traits(conflict.scheduling_class).name) + ") occupies the schedule for another " +
         std::to_string(seconds_left) + " s. Ask for a later start or a longer slip.";
}

// No run of the task is to follow: durable, so that a restart does not look at it again.
ports::Async<void> Scheduling::finish_planning(TaskId id) {
  TaskProgress* progress = book_.find(id);
  if (progress == nullptr || !progress->plans_runs) co_return;
  progress->plans_runs = false;
  ports::Changes changes;
  changes.task_progress.emplace_back(id, *progress);
  book_.close_if_idle(id);
  co_await ports_.store.commit(std::move(changes));
}

void Scheduling::run_ended(const Run& run) {
  timeline_.erase(run.id);
  const TaskProgress* progress = book_.find(run.task);
  if (progress != nullptr && progress->plans_runs) plans_.spawn(plan(run.task));
}

std::vector<TimeRange> Scheduling::free_ranges(const Task& task, std::optional<Instant> from,
                                               std::optional<Instant> until) const {
  const Instant now = ports_.clock.now();
  const Instant first = now + plugins_.preparation_time(task.tool);
  const TimeRange window{std::max(from.value_or(first), first),
                         std::min(until.value_or(now + settings_.horizon), now + settings_.horizon)};
  if (window.empty()) return {};
  return timeline_.gaps(task.scheduling_class, window, task.duration);
}

}  // namespace pscheduler::services
