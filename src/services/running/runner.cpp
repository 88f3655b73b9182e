#include "pscheduler/services/runner.hpp"

#include <algorithm>

#include "pscheduler/ports/messages.hpp"

namespace pscheduler::services {
namespace {

// Time for making on-deck durable before the process is started.
constexpr Duration kOnDeckLead = std::chrono::milliseconds(50);

// How long stop() waits for what tools have produced to be merged and stored.
constexpr Duration kMergeLimit = std::chrono::seconds(3);

}  // namespace

Runner::Runner(Ports ports, Plugins& plugins, RunJournal& journal, TaskBook& book, RunnerSettings settings)
    : ports_(std::move(ports)),
      plugins_(plugins),
      journal_(journal),
      book_(book),
      settings_(settings),
      changed_(ports_.executor),
      executions_(ports_.executor, [this](const std::exception_ptr& exception) {
        try {
          std::rethrow_exception(exception);
        } catch (const std::exception& error) {
          ports_.log.write(ports::kRunExecutionBroken, {{"error", std::string(error.what())}});
        }
      }) {}

Runner::~Runner() = default;

Duration Runner::start_lead(const std::string& tool) const {
  return plugins_.preparation_time(tool) + kOnDeckLead;
}

void Runner::offer(Run run, const Task& task) {
  book_.open(task);
  book_.run_waits(task.id);
  if (run.state == RunState::cleanup) {
    book_.run_begun(task.id);
    launch(std::move(run), task.scheduling_class);
    return;
  }
  const Instant due = run.times.start - start_lead(task.tool);
  const RunId id = run.id;
  waiting_by_run_[id] = due;
  waiting_.emplace(WaitingKey(due, id), Waiting{std::move(run), task.scheduling_class, due});
  changed_.notify_all();
}

std::vector<Run> Runner::withdraw(TaskId task) {
  std::vector<Run> withdrawn;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (it->second.run.task == task) {
      waiting_by_run_.erase(it->second.run.id);
      withdrawn.push_back(std::move(it->second.run));
      it = waiting_.erase(it);
    } else {
      ++it;
    }
  }
  for (std::size_t i = 0; i < withdrawn.size(); ++i) book_.run_withdrawn(task);
  return withdrawn;
}

std::optional<Run> Runner::withdraw(RunId id) {
  const auto found = waiting_by_run_.find(id);
  if (found == waiting_by_run_.end()) return std::nullopt;
  const auto entry = waiting_.find(WaitingKey(found->second, id));
  Run run = std::move(entry->second.run);
  waiting_.erase(entry);
  waiting_by_run_.erase(found);
  book_.run_withdrawn(run.task);
  return run;
}

std::optional<Run> Runner::set_participant_data_full(RunId id, JsonText data) {
  const auto found = waiting_by_run_.find(id);
  if (found == waiting_by_run_.end()) return std::nullopt;
  Run& run = waiting_.find(WaitingKey(found->second, id))->second.run;
  run.participant_data_full = std::move(data);
  return run;
}

bool Runner::too_late(const Waiting& waiting) const {
  const Instant now = ports_.clock.now();
  // A long run that streams results is worth starting as long as its slot lasts.
  if (traits(waiting.scheduling_class).multi_result) return now >= waiting.run.times.end;
  return now >= waiting.run.times.start + settings_.straggle;
}

// Launches what is due as far as there is room, and answers when there is something to do next.
std::optional<Instant> Runner::start_due_runs() {
  const Instant now = ports_.clock.now();
  auto room = static_cast<std::ptrdiff_t>(settings_.parallel_max) - std::ssize(active_);
  std::optional<Instant> next;
  std::vector<Waiting> due;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    auto& waiting = it->second;
    if (waiting.due > now) {
      next = next ? std::min(*next, waiting.due) : waiting.due;
      break;
    }
    const bool late = too_late(waiting);
    if (!late && room <= 0) {
      const Instant gives_up = traits(waiting.scheduling_class).multi_result
                                   ? waiting.run.times.end
                                   : waiting.run.times.start + settings_.straggle;
      next = next ? std::min(*next, gives_up) : gives_up;
      ++it;
      continue;
    }
    if (!late) --room;
    waiting_by_run_.erase(waiting.run.id);
    due.push_back(std::move(waiting));
    it = waiting_.erase(it);
  }
  begin(std::move(due));
  return next;
}

void Runner::begin(std::vector<Waiting> due) {
  const std::string reason = why_missed();
  for (auto& waiting : due) {
    Run run = std::move(waiting.run);
    waiting.run = run;
    book_.run_begun(run.task);
    if (too_late(waiting)) {
      executions_.spawn(miss(std::move(run), reason));
    } else {
      launch(std::move(run), waiting.scheduling_class);
    }
    if (on_begun_) on_begun_(waiting.run);
  }
}

std::string Runner::why_missed() const {
  if (active_.size() >= static_cast<std::size_t>(settings_.parallel_max)) {
    return "Not started: " + std::to_string(settings_.parallel_max) +
           " tools were running, which is as many as may run at once.";
  }
  return "Not started: its time had passed when this node came to it; its clock was set or it was suspended.";
}

ports::Async<void> Runner::work() {
  while (!stopping_) {
    const auto next = start_due_runs();
    if (next) {
      co_await changed_.wait_until(ports_.clock, *next);
    } else {
      co_await changed_.wait();
    }
  }
}

void Runner::launch(Run run, SchedulingClass scheduling_class) {
  auto active = std::make_shared<Active>();
  active->scheduling_class = scheduling_class;
  active->measured = run.state == RunState::cleanup;
  active->run = std::move(run);
  active_[active->run.id] = active;
  active->ticket = executions_.spawn(supervise(active));
}

// A run whose start has passed without its tool having been started.
ports::Async<void> Runner::miss(Run run, std::string reason) {
  ports_.log.write(ports::kRunMissed, {{"run", run.id.to_string()}, {"reason", reason}});
  run.errors = reason;
  Why why{std::move(reason), "runner"};
  co_await journal_.move_surely(run, RunState::missed, std::move(why));
  ended(run);
}

void Runner::ended(const Run& run) {
  active_.erase(run.id);
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
