#pragma once
// Puts the runs of tasks on this node's timeline and takes them off again (spec scheduling.md 4.6, 5, 6).
//
// Tasks that this node leads are planned here as soon as they come inside the horizon; for tasks led
// elsewhere the lead names the time. With other participants the lead agrees on each run: all of them hold it
// before any of them may start it. A slot is reserved in memory before anything is awaited and given back
// when its commit fails. What has been asked for here is done to its end also when the one who asked goes
// away meanwhile.

#include <map>
#include <optional>
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
#include "pscheduler/services/claims.hpp"
#include "pscheduler/services/errands.hpp"
#include "pscheduler/services/open_attempts.hpp"
#include "pscheduler/services/peers.hpp"
#include "pscheduler/services/plan_queue.hpp"
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

class Agreement;
class Limits;

// When a run is to be, as somebody else has chosen it.
struct Placement {
  Instant start;
  // That of the start as it was written: by it rules tell the hour, the day …
  std::optional<std::chrono::minutes> offset = {};
  // Of a lead that confirms its runs: how long it is kept without that.
  std::optional<Duration> hold = {};
  // Of a lead of this kind: when the run should start if nothing kept it from it.
  std::optional<Instant> nominal_start = {};
  bool takes_turn = false;  // runs whose turn comes later give way to it
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

  Scheduling(Ports ports, Plugins& plugins, RunJournal& journal, TaskBook& book, Runner& runner, Peers& peers,
             Errands& errands, Limits& limits, SchedulingSettings settings);

  // Takes up a durable task that plans runs here.
  void add(const Task& task);

  // Stops the planning of a task, takes its future runs away and ends the current one; answers when all of it
  // is durable and no process of it is left. Repeating it changes nothing.
  ports::AsyncResult<void> cancel(Task task, Why why);

  // A run at a time somebody else chose: the lead of the task, or whoever may write to a task led here.
  // conflict: the time is taken, or too close for a run that is to be held; invalid_argument: beyond the
  // horizon. One that the limits deny is stored as a non-starter, but forbidden when it was to be held;
  // not_possible while the limits cannot be used.
  ports::AsyncResult<RunId> place(Task task, std::optional<RunId> id, Placement placement, Why why);

  // The lead of a held run confirms it with the data of all participants. False when the run is not held.
  ports::AsyncResult<bool> confirm(Task task, RunId run, JsonText participant_data_full, Why why);

  // To the lead of a run: another participant has given it up. It is taken from the others too and planned
  // anew, unless it has begun: then its result tells who has not measured. conflict: not to be done at this
  // moment.
  ports::AsyncResult<void> gave_way(Task task, RunId run, int participant, std::string reason);

  // The earliest start of a run of the task that this node could make.
  [[nodiscard]] Instant earliest_start(const Task& task) const;

  // Removes a run; one that has begun is ended first. not_found when there is none.
  ports::AsyncResult<void> remove(Task task, RunId run, Why why);

  // The free ranges in which a run of the task fits, within [from, until] (spec api.md 11.8). Absent bounds
  // are now and the horizon. With a priority, runs that would give way to it, or to the task's if that is
  // lower, count as free; with a nominal start, those whose turn comes after that of such a run.
  [[nodiscard]] std::vector<TimeRange> free_ranges(const Task& task, std::optional<Instant> from,
                                                   std::optional<Instant> until,
                                                   std::optional<std::int64_t> priority = {},
                                                   std::optional<Instant> nominal_start = {}) const;

  [[nodiscard]] Duration horizon() const { return settings_.horizon; }
  void set_straggle(Duration straggle) { settings_.straggle = straggle; }

  // When the next task is to be planned; in the past for one that waits for others.
  [[nodiscard]] std::optional<Instant> next_plan() const { return queue_.next_at(); }

  // At start: brings back the timeline, gives interrupted runs their end, and takes up waiting runs and
  // tasks.
  ports::AsyncResult<void> recover();

  // Plans tasks when they come inside the horizon, until cancelled.
  ports::Async<void> work();

  // Ends what is under way; from then on every change is refused as unavailable, and tasks taken up wait for
  // the next start.
  ports::Async<void> stop();

 private:
  // One attempt of a task to have a run.
  struct Attempt {
    Instant nominal_start;
    Instant latest_start;
    std::optional<Run> replaces;  // the run that stood for it so far, which is there already
  };
  struct Slot {
    TimeRange times;
    std::optional<schedule::Displacing> displacing = {};  // these have to give way
  };
  // A run that has given way to another.
  struct Displaced {
    Run run;
    SchedulingClass scheduling_class;
  };
  // How a run comes to be, which decides what it counts for.
  enum class Origin { planned, planned_anew, placed };
  // A run on its way into the store.
  struct Planned {
    Run run;
    Why why;
    Origin origin = Origin::planned;
    std::optional<RunId> replaces = {};
    std::optional<std::chrono::minutes> offset = {};      // of its start as it was written
    ports::Changes together = {};                         // what belongs to the same commit
    std::optional<schedule::Displacing> displacing = {};  // what may give way besides lower priorities
    std::shared_ptr<const void> quota_hold = {};          // until its charges are durable
  };

  // planning: which task is planned when (scheduling.cpp)
  void plan_now(TaskId task);
  void plan_later(const Task& task, const TaskProgress& progress);
  void go_on(TaskId task);
  void retry_soon(TaskId task);
  ports::Async<void> plan(TaskId id);
  ports::Async<void> plan_next(const Task& task, TaskProgress& progress);
  ports::Async<void> finish_planning(TaskId id, TaskProgress& progress);
  [[nodiscard]] std::optional<Instant> next_nominal(const Task& task, const TaskProgress& progress) const;
  [[nodiscard]] Instant planned_from(Instant nominal, const Task& task, const TaskProgress& progress) const;
  [[nodiscard]] bool has_enough_ahead(const Task& task) const;
  void run_begun(const Run& run);
  void run_ended(const Run& run);

  // slots: where a run goes (slots.cpp)
  ports::Async<bool> plan_run(const Task& task, Attempt attempt);
  [[nodiscard]] TimeRange starts_for(const Task& task, const Attempt& attempt) const;
  ports::Async<std::optional<Slot>> choose_slot(const Task& task, const Attempt& attempt);
  ports::Async<std::optional<std::int64_t>> priority_at(const Task& task, Instant start,
                                                        std::optional<std::chrono::minutes> offset = {});
  std::optional<TimeRange> slot_in(const Task& task, const TimeRange& starts,
                                   std::optional<std::int64_t> displacing);
  [[nodiscard]] std::optional<TimeRange> earliest_slot(const Task& task, const TimeRange& starts,
                                                       std::optional<std::int64_t> displacing) const;
  std::optional<TimeRange> random_slot(const Task& task, const TimeRange& starts,
                                       std::optional<std::int64_t> displacing);
  ports::Async<std::string> describe_conflict(schedule::Occupation conflict);
  ports::Async<std::string> why_no_room(const Task& task, const TimeRange& starts);

  // agreeing: runs of tasks with other participants, as their lead (agreeing.cpp)
  ports::Async<bool> agree_on_run(const Task& task, Attempt attempt);
  ports::AsyncResult<Slot> common_slot(const Task& task, const Attempt& attempt, Agreement& agreement);
  ports::Async<std::optional<schedule::Displacing>> taking_of(const Task& task, const Attempt& attempt);
  ports::Async<std::string> why_no_common_time(const Task& task, const TimeRange& starts,
                                               const Agreement& agreement);
  ports::Async<void> give_up_agreement(const Task& task, Attempt attempt, Error problem);
  ports::AsyncResult<std::optional<Run>> add_agreed_run(const Task& task, TaskProgress& progress,
                                                        Planned planned, Agreement& agreement);
  ports::Async<void> withdraw_agreed(const Task& task, RunId run, const std::vector<int>& may_hold);

  // holding: runs that other leads have not confirmed yet (holding.cpp)
  ports::AsyncResult<void> wait_for_room(const Task& task, TimeRange times, const Placement& placement,
                                         const schedule::Displacing& displacing);
  ports::AsyncResult<bool> confirm_run(Task task, RunId run, JsonText participant_data_full, Why why);
  void give_up_ended_holds();
  ports::Async<void> give_up_hold(Claims::HeldRun held);
  void settle(RunId run);

  // asking: whether runs of other leads still stand shortly before their start (asking.cpp)
  void ask_later(const Task& task, const Run& run);
  void ask_leads();
  ports::Async<void> ask_lead(TaskId task, RunId run);
  ports::Async<void> leave_out(const Task& task, RunId run, std::string reason);

  // storing: the way of a run into the store and to the runner (storing.cpp)
  [[nodiscard]] Planned planned_run(const Task& task, const Attempt& attempt, TimeRange times);
  [[nodiscard]] Run new_run(const Task& task, RunId id, TimeRange times) const;
  ports::AsyncResult<void> store_run(const Task& task, Planned planned, Agreement* agreement = nullptr);
  ports::AsyncResult<std::optional<Run>> add_with_displaced(const Task& task, TaskProgress& progress,
                                                            Planned planned,
                                                            const std::vector<Displaced>& displaced,
                                                            Agreement* agreement);
  ports::AsyncResult<JsonText> own_data(const Task& task, const TaskProgress& progress, Origin origin);
  ports::AsyncResult<std::optional<Run>> add_run(const Task& task, TaskProgress& progress, Planned planned);
  ports::Async<void> withdraw_stored(Run run, bool planned_here);
  ports::AsyncResult<void> permit(const Task& task, Planned& planned,
                                  const std::vector<Displaced>& displaced);
  ports::AsyncResult<void> store_denied(const Task& task, RunId id, TimeRange times, Why why, Error denial);
  ports::Async<void> store_nonstart(const Task& task, Attempt attempt, Error problem);
  static void count_run(const Task& task, TaskProgress& progress, const Run& run, Origin origin);
  static void uncount_run(TaskProgress& progress, const TaskProgress& before, Origin origin);

  // displacing: what becomes of runs that lose their time or have not got any (displacing.cpp)
  std::vector<Displaced> make_way(const Task& task, const Planned& planned);
  ports::Async<void> add_preempted(ports::Changes& changes, const std::vector<Displaced>& displaced,
                                   const Task& task, const Run& run);
  void preempt(ports::Changes& changes, const Task* owner, Run lost, const std::string& reason,
               std::optional<int> told_by = {});
  Result<void> leave_out_removed(Planned& planned) const;
  std::vector<Displaced> take_those_left(std::vector<Displaced> displaced);
  std::optional<Run> take_displaced(RunId run);
  std::vector<Run> take_displaced(TaskId task);
  ports::Async<void> end_displaced(Run run);
  ports::Async<void> give_back(std::vector<Displaced> displaced);
  void keep_open(const std::vector<Displaced>& displaced);
  void keep_open(const Run& run, SchedulingClass scheduling_class);
  void free_time(RunId run);
  [[nodiscard]] bool has_room(const OpenAttempt& attempt) const;
  void room_freed(TimeRange room);
  ports::Async<void> plan_anew(OpenAttempt attempt);

  // placing: what others ask for (placing.cpp)
  ports::AsyncResult<void> cancel_task(Task task, Why why);
  ports::AsyncResult<RunId> place_run(Task task, std::optional<RunId> id, Placement placement, Why why);
  ports::AsyncResult<void> remove_run(Task task, RunId run, Why why);
  ports::AsyncResult<void> lose_run(Task task, RunId run, int participant, std::string reason);

  // recovery
  ports::AsyncResult<void> recover_run(Run run, const Task& task);
  ports::AsyncResult<void> forget_negotiation(Run run, const Task& task);
  ports::AsyncResult<void> end_recovered(Run run, RunState to, Why why,
                                         std::optional<RunResults> results = {});
  ports::Async<void> end_when_there_is_room(Run run, RunState to, Why why, std::optional<RunResults> results,
                                            ports::Changes together);

  Ports ports_;
  Plugins& plugins_;
  RunJournal& journal_;
  TaskBook& book_;
  Runner& runner_;
  Peers& peers_;
  Errands& errands_;
  Limits& limits_;
  SchedulingSettings settings_;
  schedule::Timeline timeline_;
  PlanQueue queue_;
  std::unordered_set<TaskId> planning_;      // tasks whose next run is being planned
  std::unordered_set<RunId> planning_anew_;  // runs whose attempt is being planned anew
  // Those that have lost their time to a run that is not stored yet, or are replaced by one. Who removes them
  // meanwhile takes them out.
  std::unordered_map<RunId, Run> giving_way_;
  OpenAttempts open_;
  Claims claims_;
  std::map<std::pair<Instant, RunId>, TaskId> asks_;  // whose leads are to be asked, and when
  std::unordered_set<std::string> leads_that_answer_;
  bool stopping_ = false;
  ports::Event changed_;
  ports::Event settled_;  // a claim has become certain, or is gone
  ports::Scope plans_;
};

}  // namespace pscheduler::services
