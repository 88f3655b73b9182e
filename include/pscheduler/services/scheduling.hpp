#pragma once
// Puts the runs of tasks on this node's timeline and takes them off again (spec scheduling.md 4.6, 5, 6).
//
// Tasks that this node leads are planned here as soon as they come inside the horizon; for tasks led
// elsewhere the lead names the time. A slot is reserved in memory before anything is awaited and given back
// when its commit fails. What has been asked for here is done to its end also when the one who asked goes
// away meanwhile.

#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "pscheduler/model/run.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/random.hpp"
#include "pscheduler/ports/scope.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/schedule/timeline.hpp"
#include "pscheduler/services/plugins.hpp"
#include "pscheduler/services/run_journal.hpp"
#include "pscheduler/services/runner.hpp"
#include "pscheduler/services/task_book.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::services {

struct SchedulingSettings {
  Duration horizon = std::chrono::hours(24);     // how far ahead runs are put on the timeline
  Duration straggle = std::chrono::seconds(30);  // as the runner's
  Zone zone;                                     // in which cron expressions are read
};

class Scheduling {
 public:
  struct Ports {
    ports::asio::any_io_executor executor;
    ports::Store& store;
    ports::Clock& clock;
    ports::Random& random;
    ports::Log& log;
  };

  Scheduling(Ports ports, Plugins& plugins, RunJournal& journal, TaskBook& book, Runner& runner,
             SchedulingSettings settings);

  // Takes up a durable task that plans runs here.
  void add(const Task& task);

  // Stops the planning of a task, takes its future runs away and ends the current one; answers when all of it
  // is durable and no process of it is left. Repeating it changes nothing.
  ports::AsyncResult<void> cancel(Task task, Why why);

  // A run at a time somebody else chose: the lead of the task, or whoever may write to a task led here.
  // conflict: the time is taken; invalid_argument: beyond the horizon.
  ports::AsyncResult<RunId> place(Task task, std::optional<RunId> id, Instant start, Why why);

  // Removes a run; one that has begun is ended first. not_found when there is none.
  ports::AsyncResult<void> remove(Task task, RunId run, Why why);

  // The free ranges in which a run of the task fits, within [from, until] (spec api.md 11.8). Absent bounds
  // are now and the horizon.
  [[nodiscard]] std::vector<TimeRange> free_ranges(const Task& task, std::optional<Instant> from,
                                                   std::optional<Instant> until) const;

  [[nodiscard]] Duration horizon() const { return settings_.horizon; }

  // At start: brings back the timeline, gives interrupted runs their end, and takes up waiting runs and
  // tasks.
  ports::AsyncResult<void> recover();

  // Plans tasks when they come inside the horizon, until cancelled.
  ports::Async<void> work();

  // Ends what is under way; from then on every change is refused as unavailable, and tasks taken up wait for
  // the next start.
  ports::Async<void> stop();

 private:
  // planning: which task is planned when
  void plan_now(TaskId task);
  void plan_at(TaskId task, Instant at);
  void forget(TaskId task);
  [[nodiscard]] Instant planned_from(Instant nominal, const Schedule& schedule) const;
  ports::Async<void> plan(TaskId id);
  ports::Async<void> plan_next(const Task& task, TaskProgress& progress);
  ports::Async<void> finish_planning(TaskId id, TaskProgress& progress);
  void run_begun(const Run& run);
  void run_ended(const Run& run);

  // slots: where a run goes, and its way into the store
  ports::Async<void> plan_run(const Task& task, Instant nominal);
  [[nodiscard]] TimeRange starts_for(const Task& task, Instant nominal) const;
  std::optional<TimeRange> choose_slot(const Task& task, const TimeRange& starts);
  std::optional<TimeRange> choose_random_slot(const Task& task, const TimeRange& starts);
  ports::Async<void> store_nonstart(const Task& task, TimeRange times, std::string reason);
  ports::AsyncResult<void> store_run(const Task& task, Run run, Why why, bool planned_here);
  ports::AsyncResult<std::optional<Run>> add_run(const Task& task, TaskProgress& progress, Run run, Why why,
                                                 bool planned_here);
  ports::Async<void> withdraw_stored(Run run, bool planned_here);
  static ports::Changes count_run(const Task& task, TaskProgress& progress, const Run& run,
                                  bool planned_here);
  static void uncount_run(TaskProgress& progress, const TaskProgress& before);
  [[nodiscard]] std::string describe_conflict(const schedule::Occupation& conflict) const;
  Run new_run(const Task& task, RunId id, TimeRange times) const;

  // placing: what others ask for
  ports::AsyncResult<void> cancel_task(Task task, Why why);
  ports::AsyncResult<RunId> place_run(Task task, std::optional<RunId> id, Instant start, Why why);
  ports::AsyncResult<void> remove_run(Task task, RunId run, Why why);

  // recovery
  ports::AsyncResult<void> recover_run(Run run, const Task& task);
  ports::AsyncResult<void> end_recovered(Run run, RunState to, Why why,
                                         std::optional<RunResults> results = {});
  ports::Async<void> end_when_there_is_room(Run run, RunState to, Why why, std::optional<RunResults> results);

  Ports ports_;
  Plugins& plugins_;
  RunJournal& journal_;
  TaskBook& book_;
  Runner& runner_;
  SchedulingSettings settings_;
  schedule::Timeline timeline_;
  std::set<std::pair<Instant, TaskId>> later_;  // tasks to be planned later, by when
  std::unordered_map<TaskId, Instant> later_by_task_;
  std::unordered_set<TaskId> planning_;  // tasks whose next run is being planned
  bool stopping_ = false;
  ports::Event changed_;
  ports::Scope plans_;
};

}  // namespace pscheduler::services
