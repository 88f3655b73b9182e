// The life of one run from on-deck to its final state.

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/context_lead.hpp"
#include "pscheduler/services/runner.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "services/running/outcome_text.hpp"

namespace pscheduler::services {

using namespace boost::asio::experimental::awaitable_operators;

namespace {

// A tool may use its whole slot and a little more before it is ended (spec scheduling.md 9.2).
constexpr Duration kOverrun = std::chrono::seconds(1);

void note_mistake(ports::Log& log, RunId run, const std::exception_ptr& mistake) {
  try {
    std::rethrow_exception(mistake);
  } catch (const std::exception& error) {
    log.write(ports::kRunExecutionBroken, {{"run", run.to_string()}, {"error", std::string(error.what())}});
  } catch (...) {
    log.write(ports::kRunExecutionBroken, {{"run", run.to_string()}});
  }
}

// One that nobody else waits for and that disturbs nobody may be as long as planned, however late it begins.
bool may_begin_late(const Task& task) {
  const auto& rules = traits(task.scheduling_class);
  return rules.anytime && !rules.multi_result && task.participants.size() == 1;
}

}  // namespace

// Runs the execution and sees to it that the run gets a final state, also when it is interrupted or this
// program makes a mistake.
ports::Async<void> Runner::supervise(ActiveRun active) {
  std::exception_ptr thrown;
  try {
    co_await execute(active);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) {
    if (!ports::is_cancellation(thrown)) {
      note_mistake(ports_.log, active->run.id, thrown);
      active->interruption.emplace(RunState::failed,
                                   Why{"A mistake in the program ended this run.", "runner"});
    }
    co_await ports::forget_cancellation();
    co_await end_interrupted(active);
  }
  ended(active->run);
}

ports::Async<void> Runner::end_interrupted(ActiveRun active) {
  if (!active->interruption) co_return;
  auto [to, why] = *active->interruption;
  active->run.status = 2;
  active->run.errors = why.reason;
  RunResults results;
  results.local = json::to_compact(failure_result(why.reason, ""));
  if (active->merges && to == RunState::failed) {
    results.full = result_full(*active->task, {{active->task->participant, results.local}});
    results.merged = results.local;
  }
  if (!active->merges) {
    co_await journal_.move_surely(active->run, to, std::move(why), std::move(results));
    co_return;
  }
  co_await end_with_result(active, to, std::move(why), std::move(results));
}

// Of a run of which this node makes the result: what ends here may have to be archived.
ports::Async<void> Runner::end_with_result(ActiveRun active, RunState to, Why why, RunResults results) {
  bool archives = false;
  RunJournal::MakeChanges together = [this, active, to, &archives] {
    auto changes = archivings_of(*active->task, active->run.id, to);
    archives = !changes.new_archivings.empty();
    return changes;
  };
  std::optional<RunResults> all(std::move(results));
  co_await journal_.move_surely(active->run, to, std::move(why), std::move(all), std::move(together));
  if (archives) archive(active->run.id);
}

ports::Changes Runner::archivings_of(const Task& task, RunId run, RunState state) const {
  ports::Changes changes;
  if (archivist_ != nullptr) changes.new_archivings = archivist_->archivings_of(task, run, state);
  return changes;
}

void Runner::archive(RunId run) {
  if (archivist_ != nullptr) archivist_->look(run);
}

ports::Async<void> Runner::execute(ActiveRun active) {
  auto found = co_await ports_.store.task(active->run.task);
  if (!found || !*found) {
    const std::string reason = found ? "Its task no longer exists." : found.error().message;
    active->run.errors = reason;
    Why why{reason, "runner"};
    co_await journal_.move_surely(active->run, RunState::failed, std::move(why));
    co_return;
  }
  active->task = std::make_shared<const Task>(std::move(**found));
  const Task& task = *active->task;
  active->merges = task.leads() && !traits(task.scheduling_class).multi_result;
  if (active->run.state == RunState::cleanup) {
    auto stored = co_await ports_.store.run(task.id, active->run.id);
    // What cannot be read now is merged after the next start.
    if (!stored || !*stored) co_return;
    std::string local = std::move((*stored)->results.local);
    co_await merge(active, task, std::move(local));
    co_return;
  }
  if (active->run.state == RunState::pending) {
    const bool in_time = co_await put_on_deck(active, task);
    if (!in_time) co_return;
  }
  co_await execute_tool(active, task);
}

// False when it is too late by the time that this is durable; the run is missed then.
ports::Async<bool> Runner::put_on_deck(ActiveRun active, const Task& task) {
  Run& run = active->run;
  const Instant late_at = gives_up(run, task.scheduling_class);
  const bool any_time = may_begin_late(task);
  // Asked for before each try, as the store may have no room for a while.
  RunJournal::MakeChanges begin_now = [this, &run, late_at, any_time] {
    const Instant now = ports_.clock.now();
    const bool shifts = any_time && now < late_at && now > run.times.start + kOverrun;
    if (shifts) run.times = TimeRange{now, now + run.times.length()};
    return ports::Changes{};
  };
  Why why{"Preparing its tool " + task.tool + ".", "runner"};
  co_await journal_.move_surely(run, RunState::on_deck, std::move(why), std::nullopt, std::move(begin_now));
  if (run.state != RunState::on_deck) co_return false;  // it was removed meanwhile
  // A slow store may have taken all the time of the slot.
  if (ports_.clock.now() < (any_time ? late_at : std::min(late_at, run.times.end))) co_return true;
  run.errors = "Not started: the store was full or slow when the run was due.";
  Why late{run.errors, "runner"};
  co_await journal_.move_surely(run, RunState::missed, std::move(late));
  co_return false;
}

ports::Changes Runner::progress_of(TaskId task) const {
  ports::Changes changes;
  if (const TaskProgress* progress = book_.find(task)) changes.task_progress.emplace_back(task, *progress);
  return changes;
}

ToolRun Runner::tool_run_for(const ActiveRun& active, const Task& task) {
  const Run& run = active->run;
  const Json document = stored_value(task.document);
  ToolRun tool_run;
  tool_run.tool = task.tool;
  tool_run.task_uuid = task.id.to_string();
  tool_run.times = run.times;
  tool_run.test = std::make_shared<const Json>(document.value("test", Json::object()));
  tool_run.participant = task.participant;
  tool_run.participant_data = std::make_shared<const Json>(stored_value(run.participant_data_full));
  const auto contexts = document.find("contexts");
  Json own_contexts;
  if (contexts != document.end()) {
    const Json lists = contexts->value("contexts", Json::array());
    if (static_cast<std::size_t>(task.participant) < lists.size()) {
      own_contexts = lists[static_cast<std::size_t>(task.participant)];
    }
  }
  tool_run.contexts = std::make_shared<const Json>(std::move(own_contexts));
  const Instant start_process = run.times.start - process_lead(task.tool) - context_lead(task);
  const Instant now = ports_.clock.now();
  if (start_process > now) tool_run.started_ahead_at = start_process;
  Duration rest = run.times.end - std::max(now, start_process);
  if (may_begin_late(task)) rest = std::max(rest, run.times.length());
  tool_run.time_limit = rest + kOverrun;
  if (task.leads()) tool_run.lead_bind = json::find_string(document, "lead-bind").value_or("");
  if (traits(task.scheduling_class).multi_result && task.leads()) {
    tool_run.on_record = [this, active](std::shared_ptr<const Json> record) {
      take_record(active, std::move(record));
    };
  }
  return tool_run;
}

ports::Async<void> Runner::execute_tool(ActiveRun active, const Task& task) {
  measure_slot(*active);
  ToolRun tool_run = tool_run_for(active, task);
  const bool goes_on = active->run.state == RunState::running;
  Why why{"The tool " + task.tool + (goes_on ? " was started again." : " was started."), "runner"};
  if (TaskProgress* progress = goes_on ? nullptr : book_.find(task.id)) ++progress->runs_started;
  // on-deck is durable, so the tool need not wait for running to be.
  auto tool = plugins_.run(std::move(tool_run));
  RunJournal::MakeChanges counted = [this, id = task.id] { return progress_of(id); };
  auto recorded =
      journal_.move_surely(active->run, RunState::running, std::move(why), std::nullopt, std::move(counted));
  auto both = std::move(tool) && std::move(recorded);
  auto outcome = co_await std::move(both);
  if (traits(active->scheduling_class).multi_result) {
    outcome = co_await stream_to_the_end(active, task, std::move(outcome));
  }
  active->measured = true;
  changed_.notify_all();
  co_await take_outcome(active, task, std::move(outcome));
}

}  // namespace pscheduler::services
