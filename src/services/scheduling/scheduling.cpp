// Which task is planned when.

#include "pscheduler/services/scheduling.hpp"

#include <algorithm>

#include "pscheduler/ports/messages.hpp"
#include "pscheduler/schedule/recurrence.hpp"

namespace pscheduler::services {
namespace {

// How long to wait before a task is looked at again that the store could not read.
constexpr Duration kRetryInterval = std::chrono::seconds(1);

// Takes a task out of a set in the end.
struct Member {
  std::unordered_set<TaskId>& set;
  TaskId task;
  ~Member() { set.erase(task); }
};

}  // namespace

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
  runner_.on_begun([this](const Run& run) { run_begun(run); });
  runner_.on_ended([this](const Run& run) { run_ended(run); });
}

void Scheduling::add(const Task& task) {
  const auto& progress = book_.open(task);
  const auto nominal =
      schedule::next_nominal_start(task.schedule, progress, ports_.clock.now(), settings_.zone);
  const Instant from = nominal ? planned_from(*nominal, task.schedule) : ports_.clock.now();
  if (from <= ports_.clock.now()) {
    plan_now(task.id);
  } else {
    plan_at(task.id, from);
  }
}

// When a run comes inside the horizon: its latest start must, so that its slip can be used.
Instant Scheduling::planned_from(Instant nominal, const Schedule& schedule) const {
  return nominal - (settings_.horizon - std::min(schedule.slip, settings_.horizon));
}

void Scheduling::plan_now(TaskId task) {
  if (!stopping_) plans_.spawn(plan(task));
}

void Scheduling::plan_at(TaskId task, Instant at) {
  forget(task);
  later_.emplace(at, task);
  later_by_task_.emplace(task, at);
  changed_.notify_all();
}

void Scheduling::forget(TaskId task) {
  const auto found = later_by_task_.find(task);
  if (found == later_by_task_.end()) return;
  later_.erase(std::pair(found->second, task));
  later_by_task_.erase(found);
  changed_.notify_all();
}

ports::Async<void> Scheduling::work() {
  for (;;) {
    while (!later_.empty() && later_.begin()->first <= ports_.clock.now()) {
      const TaskId task = later_.begin()->second;
      forget(task);
      plan_now(task);
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
  stopping_ = true;
  plans_.cancel_all();
  co_await plans_.join();
}

// The next run of a task.
ports::Async<void> Scheduling::plan(TaskId id) {
  if (!planning_.insert(id).second) co_return;
  const Member planning{planning_, id};
  auto found = co_await ports_.store.task(id);
  if (!found) {
    plan_at(id, ports_.clock.now() + kRetryInterval);
    co_return;
  }
  const TaskProgress* progress = book_.find(id);
  if (!*found || progress == nullptr || !progress->plans_runs) co_return;
  const Task task = std::move(**found);
  const TaskBook::Hold hold(book_, task);
  co_await plan_next(task, hold.progress());
}

ports::Async<void> Scheduling::plan_next(const Task& task, TaskProgress& progress) {
  const Instant now = ports_.clock.now();
  const auto nominal = schedule::next_nominal_start(task.schedule, progress, now, settings_.zone);
  if (!nominal) {
    co_await finish_planning(task.id, progress);
    co_return;
  }
  const Instant from = planned_from(*nominal, task.schedule);
  if (from > now) {
    plan_at(task.id, from);
  } else {
    co_await plan_run(task, *nominal);
  }
}

// No run of the task is to follow: durable, so that a restart does not look at it again.
ports::Async<void> Scheduling::finish_planning(TaskId id, TaskProgress& progress) {
  progress.plans_runs = false;
  ports::Changes changes;
  changes.task_progress.emplace_back(id, progress);
  co_await ports_.store.commit(std::move(changes));
}

// A repeating task has its next run on the timeline when the one before it begins, or that which is to follow
// without a pause would come too late.
void Scheduling::run_begun(const Run& run) {
  const TaskProgress* progress = book_.find(run.task);
  if (progress != nullptr && progress->plans_runs && !book_.has_waiting_runs(run.task)) plan_now(run.task);
}

void Scheduling::run_ended(const Run& run) {
  timeline_.erase(run.id);
  const TaskProgress* progress = book_.find(run.task);
  if (progress == nullptr || !progress->plans_runs || book_.has_waiting_runs(run.task)) return;
  if (run.state == RunState::nonstart && run.times.end > ports_.clock.now()) {
    // By then there may be room again for the run after this one.
    plan_at(run.task, run.times.end);
  } else {
    plan_now(run.task);
  }
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
