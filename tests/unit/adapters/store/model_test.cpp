// The store answers as the ports say whatever has happened to it: it is held against the plainest one that
// can be written, by commits drawn at random, and by everything that can be asked.

#include <rapidcheck.h>

#include <algorithm>
#include <sstream>

#include "memory_store/memory_store.hpp"
#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

// --- What happens: few things and few times, so that they meet.

constexpr std::uint32_t kTasks = 4;
constexpr std::uint32_t kRuns = 12;
constexpr int kTimes = 20;

// Below `count`.
int any(int count) {
  return *rc::gen::inRange(0, count);
}
bool maybe() {
  return any(2) == 0;
}
Instant any_instant() {
  return at(any(kTimes));
}
std::optional<Instant> perhaps_an_instant() {
  return maybe() ? std::optional(any_instant()) : std::nullopt;
}
TaskId any_task_id() {
  return task_id(static_cast<std::uint32_t>(any(kTasks)));
}
RunId any_run_id() {
  return run_id(static_cast<std::uint32_t>(any(kRuns)));
}

TaskProgress any_progress() {
  TaskProgress progress;
  progress.latest_end = perhaps_an_instant();
  progress.runs = any(5);
  progress.enabled = maybe();
  progress.plans_runs = maybe();
  progress.canceled_at = perhaps_an_instant();
  return progress;
}

Task any_task() {
  Task task = plain_task(0);
  task.id = any_task_id();
  task.participant = any(2);
  if (maybe()) task.schedule.repeat = 60s;
  task.schedule.until = perhaps_an_instant();
  task.scheduling_class = maybe() ? SchedulingClass::exclusive : SchedulingClass::background;
  task.progress = any_progress();
  return task;
}

// Some last longer than what the store takes for a short run.
Run any_run() {
  const Instant start = any_instant();
  const Duration length = maybe() ? Duration(any(3) * 1s) : Duration(any(40) * 100s);
  Run run = plain_run(0, 0, {start, start + length}, static_cast<RunState>(any(kRunStateCount)));
  run.id = any_run_id();
  run.task = any_task_id();
  run.added = any_instant();
  run.nominal_start = perhaps_an_instant();
  run.latest_start = perhaps_an_instant();
  run.expires = perhaps_an_instant();
  if (maybe()) run.priority = any(10);
  return run;
}

Archiving any_archiving(const Run& run, int index) {
  Archiving archiving;
  archiving.run = run.id;
  archiving.task = run.task;
  archiving.index = index;
  archiving.archiver = maybe() ? "bitbucket" : "http";
  archiving.spec = "{}";
  archiving.expires = perhaps_an_instant();
  archiving.next_attempt = any_instant();
  archiving.completed = maybe();
  return archiving;
}

Errand any_errand() {
  Errand errand;
  errand.id = ErrandId(uuid_of(static_cast<std::uint32_t>(any(4))));
  errand.host = "other.example";
  errand.task = any_task_id();
  errand.next_attempt = any_instant();
  return errand;
}

// Some were seen so long before others that they are forgotten.
KnownPeer any_known_peer() {
  KnownPeer peer;
  peer.host = "host" + std::to_string(any(6)) + ".example";
  peer.ours = maybe();
  peer.exchange = any(5) * 1ms;
  peer.seen = any_instant() + any(3) * kKnownPeerAgeMax / 2;
  return peer;
}

Charge any_charge() {
  Charge charge;
  charge.account = maybe() ? "daily 192.0.2.1/32" : "daily *";
  charge.run = any_run_id();
  charge.start = any_instant();
  charge.time = any(3) * 1s;
  charge.bytes = any(5);
  charge.added = any_instant();
  charge.forgotten = charge.start + any(kTimes) * 1s;
  return charge;
}

ports::Changes any_changes() {
  ports::Changes changes;
  if (any(3) == 0) changes.new_tasks.push_back(any_task());
  if (any(4) == 0) changes.task_progress.emplace_back(any_task_id(), any_progress());
  for (int i = any(3); i > 0; --i) {
    changes.new_runs.push_back(any_run());
    for (int index = any(3); index > 0; --index)
      changes.new_archivings.push_back(any_archiving(changes.new_runs.back(), index));
  }
  if (maybe()) changes.changed_runs.push_back(any_run());
  if (any(4) == 0) changes.results.emplace_back(any_run_id(), RunResults{"{}", "", "[1]", ""});
  if (maybe())
    changes.history.push_back({any_run_id(), any_instant(), std::nullopt, RunState::pending, "r", "a"});
  if (any(6) == 0) changes.changed_archivings.push_back(any_archiving(any_run(), any(3)));
  if (any(4) == 0) changes.new_errands.push_back(any_errand());
  if (any(4) == 0) changes.changed_errands.push_back(any_errand());
  if (any(6) == 0) changes.removed_errands.push_back(any_errand().id);
  for (int i = any(3); i > 0 && maybe(); --i) changes.known_peers.push_back(any_known_peer());
  for (int i = any(3); i > 0; --i) changes.new_charges.push_back(any_charge());
  if (any(6) == 0) changes.pause = Pause{maybe(), perhaps_an_instant()};
  if (any(4) == 0) changes.removed_runs.push_back(any_run_id());
  if (any(6) == 0) changes.removed_tasks.push_back(any_task_id());
  return changes;
}

// --- What is asked, as text.

class Answers {
 public:
  explicit Answers(ports::Store& store)
      : store_(store),
        view_(dynamic_cast<ports::ScheduleView&>(store)),
        retention_(dynamic_cast<ports::Retention&>(store)) {}

  std::string all() {
    text_.str({});
    ask_tasks();
    ask_runs();
    ask_archivings();
    ask_charges();
    ask_schedule();
    ask_retention();
    return text_.str();
  }

 private:
  template <class T>
  T get(ports::Async<Result<T>> operation) {
    return test::get(loop_, std::move(operation)).value();
  }

  void say(std::string_view word) { text_ << word << ' '; }
  void say(const char* word) { text_ << word << ' '; }
  void say(std::int64_t number) { text_ << number << ' '; }
  void say(Instant at) { text_ << at.time_since_epoch().count() / 1'000'000 << ' '; }
  void say(TaskId id) { text_ << 't' << int{id.uuid().bytes()[15]} << ' '; }
  void say(RunId id) { text_ << 'r' << int{id.uuid().bytes()[15]} << ' '; }
  void say(RunState state) { say(traits(state).name); }
  void say(const ports::ScheduledRun& run) {
    say_all(run.id, run.task, run.times.start, run.times.end, run.state, run.priority,
            static_cast<std::int64_t>(run.scheduling_class));
  }
  void say(const Run& run) { say_all(run.id, run.task, run.times.start, run.state, run.latest_start); }
  void say(const Archiving& a) { say_all(a.run, a.task, std::int64_t{a.index}, a.archiver, a.next_attempt); }
  void say(const StateChange& change) { say_all(change.run, change.at, change.to); }
  template <class T>
  void say(const std::optional<T>& value) {
    if (value) say(*value);
    if (!value) say("-");
  }
  template <class T>
  void say(const std::vector<T>& values) {
    for (const auto& value : values) say(value);
  }
  template <class... Values>
  void say_all(const Values&... values) {
    (say(values), ...);
    text_ << "| ";
  }
  template <class... Values>
  void line(std::string_view name, const Values&... values) {
    say(name);
    say_all(values...);
    text_ << '\n';
  }

  void ask_tasks() {
    std::optional<std::int64_t> cursor;
    do {
      const auto page = get(store_.tasks(cursor, 2));
      for (const auto& task : page.tasks)
        line("task", task.id, std::int64_t{task.participant}, task.progress.runs);
      cursor = page.next_cursor;
    } while (cursor);
    for (const auto& task : get(store_.planning_tasks())) line("plans", task.id);
    for (const auto& peer : get(store_.known_peers()))
      line("peer", peer.host, std::int64_t{peer.ours}, peer.exchange.count(), peer.seen);
    for (const auto& errand : get(store_.errands())) line("errand", errand.task, errand.next_attempt);
    const auto pause = get(store_.pause());
    line("pause", std::int64_t{pause.paused}, pause.until);
  }

  void ask_runs() {
    for (std::uint32_t t = 0; t < kTasks; ++t) {
      const TaskId task = task_id(t);
      line("exists", std::int64_t{get(store_.task(task)).has_value()});
      line("runs", get(store_.runs(task, {})));
      line("two", get(store_.runs(task, {at(3), at(15), std::nullopt, 2})));
      line("upcoming", get(store_.runs(task, {std::nullopt, std::nullopt, at(7), std::nullopt})));
      line("first", get(store_.first_run(task)), get(store_.next_run(task, at(9))));
    }
    for (std::uint32_t r = 0; r < kRuns; ++r) {
      const auto task = get(store_.task_of_run(run_id(r)));
      line("of", task ? std::optional(task->id) : std::nullopt);
      const auto stored = get(store_.run(task ? task->id : TaskId(), run_id(r)));
      if (stored) line("run", stored->run, stored->results.local, stored->results.merged);
      line("history", get(store_.history(run_id(r))));
    }
    line("unfinished", get(store_.unfinished_runs()));
    line("open", get(store_.open_runs(at(8))));
    const auto last = get(store_.last_runs());
    line("last", last.finished, last.scheduled);
  }

  void ask_archivings() {
    for (std::uint32_t r = 0; r < kRuns; ++r) line("archivings", get(store_.archivings(run_id(r))));
    auto destinations = get(store_.waiting_destinations());
    // Of those that have waited as long as each other the model does not know the first.
    std::ranges::sort(destinations, {}, &ports::WaitingDestination::archiver);
    for (const auto& each : destinations) {
      line("waiting", each.archiver, each.next_attempt);
      const auto due = get(store_.due_archivings(each.destination, at(10), 2));
      line("due", due.archivings, due.next);
    }
    const auto expired = get(store_.expired_archivings(at(10), 2));
    line("expired", expired.archivings, expired.next);
    const auto counts = get(store_.archiving_counts(at(10)));
    line("archivings", counts.due, counts.later);
    // Ids differ, and those given up in the same moment come in no certain order.
    std::int64_t waiting = 0;
    std::int64_t given_up = 0;
    for (const auto& queue : get(store_.destination_queues(100))) {
      waiting += queue.waiting;
      given_up += queue.given_up;
    }
    line("queues", waiting, given_up);
    auto failed = get(store_.given_up("", {}, 100));
    std::ranges::stable_sort(failed, {}, [](const ports::GivenUp& each) {
      return std::tuple(each.archiving.next_attempt, each.archiving.run, each.archiving.index);
    });
    for (const auto& each : failed) line("given up", each.archiving);
  }

  void ask_charges() {
    for (const auto* account : {"daily 192.0.2.1/32", "daily *", "daily"}) {
      for (const auto& charge : get(store_.charges(account, at(-1), at(kTimes), 100)))
        line("charge", charge.run, charge.start, charge.time.count(), charge.bytes, charge.added);
      line("charges", static_cast<std::int64_t>(get(store_.charges(account, at(4), at(9), 2)).size()));
    }
  }

  void ask_schedule() {
    for (const auto& filter : {ports::ScheduleFilter{}, ports::ScheduleFilter{at(5), at(12), std::nullopt},
                               ports::ScheduleFilter{at(700), std::nullopt, task_id(1)}}) {
      std::optional<ports::SchedulePlace> place;
      do {
        const auto page = get(view_.schedule_page(filter, place, 3));
        line("page", page.runs);
        place = page.next;
      } while (place);
    }
    const auto around = get(view_.runs_around(at(10), 50));
    line("present", sorted(around.present));
    line("future", around.future);
    line("past", sorted(around.past));
    line("counted", get(view_.count_runs(RunState::pending, at(3), std::nullopt)));
    const auto census = get(view_.census());
    line("census", std::vector<std::int64_t>(census.runs.begin(), census.runs.end()), census.tasks,
         census.tasks_enabled);
  }

  // Those that start together stand in no order.
  static std::vector<ports::ScheduledRun> sorted(std::vector<ports::ScheduledRun> runs) {
    std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) {
      return std::pair(a.times.start, a.id) < std::pair(b.times.start, b.id);
    });
    return runs;
  }

  void ask_retention() {
    for (const auto which : {ports::OldRuns::ended, ports::OldRuns::unfinished, ports::OldRuns::expiring}) {
      ports::RetentionPlace place;
      for (auto page = get(retention_.old_runs(which, place, 3)); !page.empty();
           page = get(retention_.old_runs(which, place, 3))) {
        for (const auto& run : page)
          line("old", run.place.at, run.id, run.task, run.result_bytes, run.planned_anew_until,
               run.archived_until);
        place = page.back().place;
      }
    }
    for (const auto& task : get(retention_.old_tasks({}, 50))) {
      line("old", task.place.at, task.id, std::int64_t{task.leads}, std::int64_t{task.repeats},
           std::int64_t{task.enabled}, std::int64_t{task.has_runs}, task.until, task.latest_end,
           task.canceled_at, task.runs);
    }
    line("numbers", get(retention_.numbers_end()));
  }

  ports::Store& store_;
  ports::ScheduleView& view_;
  ports::Retention& retention_;
  asio::io_context loop_;
  std::ostringstream text_;
};

class Model : public StoreTest {};

TEST_F(Model, AnswersAsThePlainestStoreWould) {
  EXPECT_TRUE(rc::check([this] {
    close();
    std::filesystem::remove_all(folder_.path());
    std::filesystem::create_directory(folder_.path());
    open({.synchronous = Synchronous::normal, .threads = StoreThreads::none});
    pscheduler::test::MemoryStore model;
    for (int commits = any(25); commits > 0; --commits) {
      const auto changes = any_changes();
      const auto outcome = commit(changes);
      const auto expected = get(model.commit(changes));
      RC_ASSERT(outcome.has_value() == expected.has_value());
      if (!outcome) RC_ASSERT((outcome.error().code == expected.error().code));
    }
    RC_ASSERT(Answers(*store_).all() == Answers(model).all());
  }));
}

}  // namespace
}  // namespace pscheduler::adapters::test
