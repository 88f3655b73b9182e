#include "pscheduler/services/runner.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/schedule/timeline.hpp"
#include "pscheduler/services/context_lead.hpp"

namespace pscheduler::services {
namespace {

// Time for making on-deck durable before the process is started.
constexpr Duration kOnDeckLead = std::chrono::milliseconds(50);

// By how much the calendar and the steady clock may have come apart without anybody having set a clock:
// they are read one after the other.
constexpr Duration kClocksDiffer = std::chrono::milliseconds(10);

// How long stop() waits for what tools have produced to be merged and stored.
constexpr Duration kMergeLimit = std::chrono::seconds(3);

}  // namespace

Runner::Runner(Ports ports, Plugins& plugins, RunJournal& journal, TaskBook& book, Peers& peers,
               RunnerSettings settings)
    : ports_(std::move(ports)),
      plugins_(plugins),
      journal_(journal),
      book_(book),
      peers_(peers),
      settings_(std::move(settings)),
      changed_(ports_.executor),
      executions_(ports_.executor, [this](const std::exception_ptr& exception) {
        try {
          std::rethrow_exception(exception);
        } catch (const std::exception& error) {
          ports_.log.write(ports::kRunExecutionBroken, {{"error", std::string(error.what())}});
        }
      }) {}

Runner::~Runner() = default;

Duration Runner::process_lead(const std::string& tool) const {
  return plugins_.preparation_time(tool) + kCrowdLead;
}

Duration Runner::start_lead(const std::string& tool) const {
  return process_lead(tool) + kOnDeckLead;
}

void Runner::offer(Run run, const Task& task) {
  book_.open(task);
  book_.run_waits(task.id);
  if (run.state == RunState::cleanup) {
    book_.run_begun(task.id);
    launch(std::move(run), task.scheduling_class);
    return;
  }
  const Instant due = run.times.start - start_lead(task.tool) - context_lead(task);
  const RunId id = run.id;
  waiting_by_run_[id] = due;
  waiting_by_task_.emplace(task.id, id);
  waiting_.emplace(WaitingKey(due, id), Waiting{std::move(run), task.scheduling_class});
  changed_.notify_all();
}

// Where a waiting run is, null when it is not waiting.
Runner::WaitingRuns* Runner::find_waiting(RunId id) {
  const auto found = waiting_by_run_.find(id);
  if (found == waiting_by_run_.end()) return nullptr;
  return waiting_.contains(WaitingKey(found->second, id)) ? &waiting_ : &waits_for_room_;
}

Runner::Waiting Runner::take(WaitingRuns& from, WaitingRuns::iterator entry) {
  Waiting waiting = std::move(entry->second);
  from.erase(entry);
  waiting_by_run_.erase(waiting.run.id);
  waiting_by_task_.erase(std::pair(waiting.run.task, waiting.run.id));
  return waiting;
}

std::optional<Run> Runner::withdraw(RunId id) {
  WaitingRuns* const runs = find_waiting(id);
  if (runs == nullptr) return std::nullopt;
  Waiting waiting = take(*runs, runs->find(WaitingKey(waiting_by_run_.at(id), id)));
  book_.run_withdrawn(waiting.run.task);
  changed_.notify_all();
  return std::move(waiting.run);
}

std::vector<Run> Runner::withdraw(TaskId task) {
  std::vector<RunId> of_task;
  for (auto it = waiting_by_task_.lower_bound(std::pair(task, RunId{}));
       it != waiting_by_task_.end() && it->first == task; ++it) {
    of_task.push_back(it->second);
  }
  std::vector<Run> withdrawn;
  for (const RunId id : of_task) withdrawn.push_back(*withdraw(id));
  return withdrawn;
}

std::optional<Run> Runner::set_participant_data_full(RunId id, JsonText data) {
  WaitingRuns* const runs = find_waiting(id);
  if (runs == nullptr) return std::nullopt;
  Run& run = runs->at(WaitingKey(waiting_by_run_.at(id), id)).run;
  run.participant_data_full = std::move(data);
  return run;
}

// When it is no longer worth starting: a long run that streams results is as long as its slot lasts, and one
// that has its slot to itself has no other time.
Instant Runner::gives_up(const Run& run, SchedulingClass scheduling_class) const {
  const auto& rules = traits(scheduling_class);
  if (rules.multi_result) return run.times.end;
  const Instant late = run.times.start + settings_.straggle;
  return rules.anytime ? late : std::min(late, run.times.end);
}

void Runner::measure_slot(Active& active) const {
  const Duration ahead = ports_.clock.steady() - ports_.clock.now().time_since_epoch();
  active.slot_begins = ahead + active.run.times.start.time_since_epoch();
  active.slot_ends = ahead + active.run.times.end.time_since_epoch();
}

bool Runner::has_room(SchedulingClass scheduling_class) const {
  const bool streams = traits(scheduling_class).multi_result;
  const std::size_t alike = streams ? active_streaming_ : active_.size() - active_streaming_;
  return alike < static_cast<std::size_t>(settings_.parallel_max);
}

// Whether a tool that the run may not overlap with is at work beyond its slot, or will be when the run
// starts: a tool has the length of its slot on the steady clock, and the calendar may have been set since.
bool Runner::is_held_up(const Waiting& waiting) const {
  if (traits(waiting.scheduling_class).anytime) return false;
  const Duration steady = ports_.clock.steady();
  const Duration to_start = waiting.run.times.start - ports_.clock.now();
  const Duration starts = steady + std::max(to_start, Duration::zero());
  return std::any_of(active_.begin(), active_.end(), [&](const auto& entry) {
    const Active& other = *entry.second;
    const bool at_work = !other.measured && other.slot_begins <= steady;
    const bool in_the_way = other.slot_ends <= steady || starts + kClocksDiffer < other.slot_ends;
    return at_work && in_the_way && !schedule::may_overlap(waiting.scheduling_class, other.scheduling_class);
  });
}

bool Runner::may_start(const Waiting& waiting) const {
  return has_room(waiting.scheduling_class) && !is_held_up(waiting);
}

// Launches what is due as far as there is room, and answers when there is something to do next.
std::optional<Instant> Runner::start_due_runs() {
  const Instant now = ports_.clock.now();
  while (!waiting_.empty() && waiting_.begin()->first.first <= now) {
    const auto entry = waiting_.begin();
    const Waiting& waiting = entry->second;
    if (gives_up(waiting.run, waiting.scheduling_class) <= now || may_start(waiting)) {
      begin(take(waiting_, entry));
    } else {
      keep_for_room(waiting_.extract(entry));
    }
  }
  std::optional<Instant> next;
  if (!waiting_.empty()) next = waiting_.begin()->first.first;
  if (!waits_for_room_.empty()) {
    const Instant late_at = waits_for_room_.begin()->first.first;
    next = next ? std::min(*next, late_at) : late_at;
  }
  return next;
}

// Until it is given up.
void Runner::keep_for_room(WaitingRuns::node_type node) {
  const Instant late_at = gives_up(node.mapped().run, node.mapped().scheduling_class);
  node.key().first = late_at;
  waiting_by_run_[node.key().second] = late_at;
  waits_for_room_.insert(std::move(node));
}

// Starts what had to wait for other tools to end, and gives up what has waited too long.
void Runner::start_those_that_waited() {
  const Instant now = ports_.clock.now();
  while (!waits_for_room_.empty() && waits_for_room_.begin()->first.first <= now) {
    begin(take(waits_for_room_, waits_for_room_.begin()));
  }
  for (auto it = waits_for_room_.begin(); it != waits_for_room_.end();) {
    const auto entry = it++;
    if (may_start(entry->second)) begin(take(waits_for_room_, entry));
  }
}

void Runner::begin(Waiting waiting) {
  const Instant now = ports_.clock.now();
  const bool late = gives_up(waiting.run, waiting.scheduling_class) <= now;
  const Run begun = waiting.run;
  book_.run_begun(begun.task);
  if (pause_.covers(now)) {
    RunResults results;
    results.local = json::to_compact(Json{{"succeeded", false}, {"diags", "This node is paused."}});
    executions_.spawn(miss(std::move(waiting.run), "Not started: this node is paused.", std::move(results)));
  } else if (late) {
    std::string reason = why_late(waiting);
    executions_.spawn(miss(std::move(waiting.run), std::move(reason), std::nullopt));
  } else {
    launch(std::move(waiting.run), waiting.scheduling_class);
  }
  if (on_begun_) on_begun_(begun);
}

std::string Runner::why_late(const Waiting& waiting) const {
  if (is_held_up(waiting)) return "Not started: the tool of an earlier run had not ended.";
  if (!has_room(waiting.scheduling_class)) {
    return "Not started: " + std::to_string(settings_.parallel_max) +
           " tools were running, which is as many as may run at once (max-parallel-runs).";
  }
  return "Not started: its time had passed when this node came to it; its clock was set or it was suspended.";
}

ports::Async<void> Runner::work() {
  while (!stopping_) {
    start_those_that_waited();
    const auto next = start_due_runs();
    if (next) {
      co_await changed_.wait_until(ports_.clock, *next);
    } else {
      co_await changed_.wait();
    }
  }
}

ports::AsyncResult<void> Runner::recover() {
  auto pause = co_await ports_.store.pause();
  if (!pause) co_return fail(std::move(pause.error()));
  pause_ = *pause;
  co_return Result<void>{};
}

ports::AsyncResult<void> Runner::set_pause(Pause pause) {
  ports::Changes changes;
  changes.pause = pause;
  auto stored = co_await ports_.store.commit(std::move(changes));
  if (stored) pause_ = pause;
  co_return stored;
}

void Runner::set_straggle(Duration straggle) {
  settings_.straggle = straggle;
  WaitingRuns waiting;
  waiting.swap(waits_for_room_);
  while (!waiting.empty()) {
    auto node = waiting.extract(waiting.begin());
    keep_for_room(std::move(node));
  }
  changed_.notify_all();
}

void Runner::launch(Run run, SchedulingClass scheduling_class) {
  auto active = std::make_shared<Active>();
  active->scheduling_class = scheduling_class;
  active->measured = run.state == RunState::cleanup;
  active->run = std::move(run);
  measure_slot(*active);
  active_[active->run.id] = active;
  if (traits(scheduling_class).multi_result) ++active_streaming_;
  active->ticket = executions_.spawn(supervise(active));
}

// A run whose start has passed without its tool having been started.
ports::Async<void> Runner::miss(Run run, std::string reason, std::optional<RunResults> results) {
  ports_.log.write(ports::kRunMissed, {{"run", run.id.to_string()}, {"reason", reason}});
  run.errors = reason;
  Why why{std::move(reason), "runner"};
  co_await journal_.move_surely(run, RunState::missed, std::move(why), std::move(results));
  ended(run);
}

void Runner::ended(const Run& run) {
  if (const auto found = active_.find(run.id); found != active_.end()) {
    if (traits(found->second->scheduling_class).multi_result) --active_streaming_;
    active_.erase(found);
  }
  book_.run_ended(run.task);
  if (on_ended_ && traits(run.state).final) on_ended_(run);
  changed_.notify_all();
}

void Runner::request_interruption(const ActiveRun& active, RunState to, const Why& why) {
  if (active->interruption || active->measured || !is_allowed(active->run.state, to)) return;
  active->interruption.emplace(to, why);
  executions_.cancel(active->ticket);
}

ports::Async<void> Runner::interrupt(RunId id, RunState to, Why why) {
  const auto found = active_.find(id);
  if (found == active_.end()) co_return;
  const auto active = found->second;
  request_interruption(active, to, why);
  while (active_.contains(id)) co_await changed_.wait();
}

ports::Async<void> Runner::cancel(TaskId task, Why why) {
  std::vector<RunId> runs;
  for (const auto& [id, active] : active_) {
    if (active->run.task == task) runs.push_back(id);
  }
  for (const RunId run : runs) {
    const auto active = active_.at(run);
    request_interruption(active, RunState::canceled, why);
  }
  for (const RunId run : runs) {
    while (active_.contains(run)) co_await changed_.wait();
  }
}

ports::Async<void> Runner::stop() {
  stopping_ = true;
  changed_.notify_all();
  const auto all_active = [this] {
    std::vector<ActiveRun> all;
    for (const auto& [id, active] : active_) all.push_back(active);
    return all;
  };
  for (const auto& active : all_active()) {
    if (traits(active->scheduling_class).multi_result) executions_.cancel(active->ticket);
  }
  const Duration give_up = ports_.clock.steady() + settings_.drain;
  while (!active_.empty()) {
    const Duration left = give_up - ports_.clock.steady();
    if (left <= Duration::zero()) break;
    co_await changed_.wait_for(ports_.clock, left);
  }
  const Why why{"The daemon was stopped while the tool was running.", "daemon"};
  for (const auto& active : all_active()) request_interruption(active, RunState::failed, why);
  // What is still merging, or waits for room in the store, is taken up at the next start.
  const Duration end_at = ports_.clock.steady() + kMergeLimit;
  while (!active_.empty() && ports_.clock.steady() < end_at) {
    co_await changed_.wait_for(ports_.clock, end_at - ports_.clock.steady());
  }
  executions_.cancel_all();
  co_await executions_.join();
}

}  // namespace pscheduler::services
