// Which task is planned when.

#include "pscheduler/services/scheduling.hpp"

#include <algorithm>

#include "pscheduler/ports/messages.hpp"
#include "pscheduler/schedule/recurrence.hpp"
#include "pscheduler/services/context_lead.hpp"
#include "services/scheduling/membership.hpp"
#include "services/scheduling/turns.hpp"

namespace pscheduler::services {
namespace {

// How long to wait before a task is looked at again that the store could not read or had no room for.
constexpr Duration kRetryInterval = std::chrono::seconds(1);

// Tasks planned at once: enough to share commits, few enough that a request finds the store free.
constexpr std::size_t kPlansAtOnce = 32;

// Runs of one task that wait for their start: a run a minute for a day and some more. It bounds what one task
// with a short interval takes of memory and of the store.
constexpr int kRunsAheadMax = 1500;

// A run is planned at least this long before its time, also when its slip is as long as the horizon.
constexpr Duration kAheadMin = std::chrono::minutes(1);

// After that many attempts in a row without room, the next is not made before the time of the last has come:
// a task that finds none for a long while would else fill the store with non-starters.
constexpr std::int64_t kNonstartsAheadMax = 10;

// So much earlier it is made for one that takes turns: nobody gives way to a run whose start is near.
constexpr Duration kAheadForTurns = std::chrono::minutes(1);

}  // namespace

Scheduling::Scheduling(Ports ports, Plugins& plugins, RunJournal& journal, TaskBook& book, Runner& runner,
                       Peers& peers, Errands& errands, Limits& limits, SchedulingSettings settings)
    : ports_(std::move(ports)),
      plugins_(plugins),
      journal_(journal),
      book_(book),
      runner_(runner),
      peers_(peers),
      errands_(errands),
      limits_(limits),
      settings_(std::move(settings)),
      changed_(ports_.executor),
      settled_(ports_.executor),
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
  const auto nominal = next_nominal(task, progress);
  if (nominal && planned_from(*nominal, task, progress) > ports_.clock.now()) {
    plan_later(task, progress);
  } else {
    plan_now(task.id);
  }
}

// The grid of a repeating task lies on whole seconds.
std::optional<Instant> Scheduling::next_nominal(const Task& task, const TaskProgress& progress) const {
  const auto nominal =
      schedule::next_nominal_start(task.schedule, progress, ports_.clock.now(), settings_.zone);
  return nominal && task.schedule.repeats() ? ceil_to_second(*nominal) : nominal;
}

// When a run comes inside the horizon: its latest start must, so that its slip can be used. For long runs
// that stream results there is no horizon; the next one is always planned. Only what is stored decides, so
// that a restart changes nothing.
Instant Scheduling::planned_from(Instant nominal, const Task& task, const TaskProgress& progress) const {
  Instant from = ports_.clock.now();
  if (!traits(task.scheduling_class).multi_result) {
    from = nominal - std::max(settings_.horizon - task.schedule.slip, kAheadMin);
  }
  if (progress.nonstarts_in_a_row < kNonstartsAheadMax) return from;
  const Duration ahead = takes_turns(task) ? kAheadForTurns : Duration::zero();
  return std::max(from, progress.latest_end.value_or(from) - ahead);
}

bool Scheduling::has_enough_ahead(const Task& task) const {
  const int most = traits(task.scheduling_class).multi_result ? 1 : kRunsAheadMax;
  return book_.waiting_runs(task.id) >= most;
}

void Scheduling::plan_now(TaskId task) {
  if (!stopping_) plans_.spawn(plan(task));
}

// Puts the next run of a task into the queue; go_on() does it when enough runs are waiting already.
void Scheduling::plan_later(const Task& task, const TaskProgress& progress) {
  if (!progress.plans_runs || has_enough_ahead(task)) return;
  const auto nominal = next_nominal(task, progress);
  const Instant now = ports_.clock.now();
  const Instant from = nominal ? std::max(planned_from(*nominal, task, progress), now) : now;
  queue_.put(task.id, from, nominal.value_or(now));
  changed_.notify_all();
}

void Scheduling::retry_soon(TaskId task) {
  const Instant at = ports_.clock.now() + kRetryInterval;
  queue_.put(task, at, at);
  changed_.notify_all();
}

// A run of the task no longer waits, so there may be room for one more.
void Scheduling::go_on(TaskId task) {
  const TaskProgress* progress = book_.find(task);
  if (progress == nullptr || !progress->plans_runs || planning_.contains(task) || queue_.contains(task))
    return;
  const Instant now = ports_.clock.now();
  queue_.put(task, now, now);
  changed_.notify_all();
}

ports::Async<void> Scheduling::work() {
  for (;;) {
    while (planning_.size() < kPlansAtOnce) {
      const auto task = queue_.take(ports_.clock.now());
      if (!task) break;
      plan_now(*task);
    }
    give_up_ended_holds();
    ask_leads();
    auto next = planning_.size() < kPlansAtOnce ? queue_.next_at() : std::nullopt;
    if (const auto end = claims_.next_end()) next = next ? std::min(*next, *end) : *end;
    if (!asks_.empty()) next = std::min(next.value_or(Instant::max()), asks_.begin()->first.first);
    if (next) {
      co_await changed_.wait_until(ports_.clock, *next);
    } else {
      co_await changed_.wait();
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
  if (planning_.contains(id)) co_return;
  std::optional<Membership<TaskId>> planning;
  planning.emplace(planning_, id);
  auto found = co_await ports_.store.task(id);
  if (!found) {
    retry_soon(id);
    co_return;
  }
  const TaskProgress* progress = book_.find(id);
  if (!*found || progress == nullptr || !progress->plans_runs) co_return;
  const Task task = std::move(**found);
  const TaskBook::Hold hold(book_, task);
  co_await plan_next(task, hold.progress());
  planning.reset();
  if (!queue_.contains(id)) plan_later(task, hold.progress());
  changed_.notify_all();
}

ports::Async<void> Scheduling::plan_next(const Task& task, TaskProgress& progress) {
  const auto nominal = next_nominal(task, progress);
  if (!nominal) {
    co_await finish_planning(task.id, progress);
    co_return;
  }
  if (planned_from(*nominal, task, progress) > ports_.clock.now() || has_enough_ahead(task)) co_return;
  Attempt attempt{*nominal, *nominal + schedule::effective_slip(task.schedule, task.duration), std::nullopt};
  co_await plan_run(task, std::move(attempt));
}

// No run of the task is to follow: durable, so that a restart does not look at it again.
ports::Async<void> Scheduling::finish_planning(TaskId id, TaskProgress& progress) {
  progress.plans_runs = false;
  ports::Changes changes;
  changes.task_progress.emplace_back(id, progress);
  co_await ports_.store.commit(std::move(changes));
}

void Scheduling::run_begun(const Run& run) {
  timeline_.make_firm(run.id);
  go_on(run.task);
}

void Scheduling::run_ended(const Run& run) {
  free_time(run.id);
  go_on(run.task);
}

Instant Scheduling::earliest_start(const Task& task) const {
  return ports_.clock.now() + plugins_.preparation_time(task.tool) + context_lead(task);
}

std::vector<TimeRange> Scheduling::free_ranges(const Task& task, std::optional<Instant> from,
                                               std::optional<Instant> until,
                                               std::optional<std::int64_t> priority,
                                               std::optional<Instant> nominal_start) const {
  const Instant now = ports_.clock.now();
  const Instant first = earliest_start(task);
  const TimeRange window{std::max(from.value_or(first), first),
                         std::min(until.value_or(now + settings_.horizon), now + settings_.horizon)};
  if (window.empty()) return {};
  std::optional<schedule::Displacing> displacing;
  if (priority || nominal_start) displacing = displacing_of(task, nominal_start.value_or(now), now);
  if (displacing && !nominal_start) displacing->turn.reset();
  if (priority) displacing->priority = std::min(*priority, displacing->priority);
  return timeline_.gaps(task.scheduling_class, window, task.duration, displacing);
}

}  // namespace pscheduler::services
