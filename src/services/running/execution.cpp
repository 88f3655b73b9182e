// The life of one run from on-deck to its final state.

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/runner.hpp"

namespace pscheduler::services {

using namespace boost::asio::experimental::awaitable_operators;

namespace {

// A tool may use its whole slot and a little more before it is ended (spec scheduling.md 9.2).
constexpr Duration kOverrun = std::chrono::seconds(1);

Json parse_stored(const JsonText& text) {
  return text.empty() ? Json() : Json::parse(text, nullptr, false);
}

// What stands in for the result of a tool that has not produced one.
Json failure_result(const std::string& error, const std::string& diags) {
  Json result = {{"succeeded", false}, {"error", error}};
  if (!diags.empty()) result["diags"] = diags;
  return result;
}

std::string failure_sentence(const ToolOutcome& outcome) {
  if (!outcome.failure.empty()) return outcome.failure;
  const std::string status = "The tool exited with status " + std::to_string(outcome.status);
  return outcome.errors.empty() ? status + "." : status + ": " + outcome.errors;
}

std::string reason_of(const Json& merged) {
  const auto error = merged.find("error");
  if (error != merged.end() && error->is_string() && !error->get_ref<const std::string&>().empty()) {
    return error->get<std::string>();
  }
  return "The measurement did not succeed.";
}

void note_mistake(ports::Log& log, RunId run, const std::exception_ptr& mistake) {
  try {
    std::rethrow_exception(mistake);
  } catch (const std::exception& error) {
    log.write(ports::kRunExecutionBroken, {{"run", run.to_string()}, {"error", std::string(error.what())}});
  } catch (...) {
    log.write(ports::kRunExecutionBroken, {{"run", run.to_string()}});
  }
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
    results.full = "[" + results.local + "]";
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
  RunJournal::MakeChanges together = [this, active, to] {
    return archivings_of(*active->task, active->run.id, to);
  };
  std::optional<RunResults> all(std::move(results));
  co_await journal_.move_surely(active->run, to, std::move(why), std::move(all), std::move(together));
  archive();
}

ports::Changes Runner::archivings_of(const Task& task, RunId run, RunState state) const {
  ports::Changes changes;
  if (archivist_ != nullptr) changes.new_archivings = archivist_->archivings_of(task, run, state);
  return changes;
}

void Runner::archive() {
  if (archivist_ != nullptr) archivist_->look();
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
  const auto& rules = traits(task.scheduling_class);
  const Instant now = ports_.clock.now();
  if (rules.anytime && !rules.multi_result && task.participants.size() == 1 &&
      now > run.times.start + kOverrun) {
    // It had to wait for others; its tool gets the whole time nevertheless, as nobody is disturbed by that.
    run.times = TimeRange{now, now + run.times.length()};
  }
  Why why{"Preparing its tool " + task.tool + ".", "runner"};
  co_await journal_.move_surely(run, RunState::on_deck, std::move(why));
  if (rules.multi_result || ports_.clock.now() < run.times.start + settings_.straggle) co_return true;
  run.errors = "Not started: the store had no room when the run was due.";
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
  const Json document = parse_stored(task.document);
  ToolRun tool_run;
  tool_run.tool = task.tool;
  tool_run.task_uuid = task.id.to_string();
  tool_run.times = run.times;
  tool_run.test = std::make_shared<const Json>(document.value("test", Json::object()));
  tool_run.participant = task.participant;
  tool_run.participant_data = std::make_shared<const Json>(parse_stored(run.participant_data_full));
  const auto contexts = document.find("contexts");
  Json own_contexts;
  if (contexts != document.end()) {
    const Json lists = contexts->value("contexts", Json::array());
    if (static_cast<std::size_t>(task.participant) < lists.size()) {
      own_contexts = lists[static_cast<std::size_t>(task.participant)];
    }
  }
  tool_run.contexts = std::make_shared<const Json>(std::move(own_contexts));
  const Instant start_process = run.times.start - plugins_.preparation_time(task.tool);
  const Instant now = ports_.clock.now();
  if (start_process > now) tool_run.started_ahead_at = start_process;
  tool_run.time_limit = run.times.end + kOverrun - std::max(now, start_process);
  if (traits(task.scheduling_class).multi_result && task.leads()) {
    tool_run.on_record = [this, active](std::shared_ptr<const Json> record) {
      take_record(active, std::move(record));
    };
  }
  return tool_run;
}

ports::Async<void> Runner::execute_tool(ActiveRun active, const Task& task) {
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

ports::Async<void> Runner::take_outcome(ActiveRun active, const Task& task, Result<ToolOutcome> outcome) {
  Run& run = active->run;
  if (!outcome) {
    ToolOutcome not_started;
    not_started.status = 2;
    not_started.failure = outcome.error().message;
    not_started.diags = outcome.error().detail;
    outcome = std::move(not_started);
  }
  run.status = outcome->status;
  run.errors = outcome->errors;
  const bool worked = outcome->failure.empty() && outcome->status == 0;
  if (!worked && run.errors.empty()) run.errors = failure_sentence(*outcome);
  RunResults results;
  if (outcome->output && !outcome->output->is_null()) results.local = json::to_compact(*outcome->output);
  if (!active->merges) {
    const std::string reason = worked ? "The tool has ended." : failure_sentence(*outcome);
    Why why{reason, "runner"};
    co_await journal_.move_surely(run, RunState::finished, std::move(why), std::move(results));
    co_return;
  }
  if (worked) {
    std::string local = results.local;
    Why why{"The tool has ended; its result is being merged.", "runner"};
    co_await journal_.move_surely(run, RunState::cleanup, std::move(why), std::move(results));
    co_await merge(active, task, std::move(local));
    co_return;
  }
  const std::string sentence = failure_sentence(*outcome);
  const Json merged = failure_result(sentence, outcome->diags);
  if (results.local.empty()) results.local = json::to_compact(merged);
  results.full = "[" + results.local + "]";
  results.merged = json::to_compact(merged);
  Why why{sentence, "runner"};
  co_await end_with_result(active, RunState::failed, std::move(why), std::move(results));
}

// Turns the local result into the result of the test and the run into its final state.
ports::Async<void> Runner::merge(ActiveRun active, const Task& task, std::string local) {
  Json test = parse_stored(task.document).value("test", Json::object());
  Json results_array = Json::array({parse_stored(local)});
  auto merged = co_await plugins_.merged_results(task.tool, std::move(test), std::move(results_array));
  Json result;
  if (!merged) {
    result = failure_result(merged.error().message, merged.error().detail);
  } else if (!merged->is_object()) {
    result = failure_result("The tool " + task.tool + " merged the results into nothing usable.",
                            json::to_compact(*merged));
  } else if (!json::find_bool(*merged, "succeeded")) {
    result = failure_result(
        "The tool " + task.tool + " merged the results without saying whether the measurement succeeded.",
        json::to_compact(*merged));
  } else {
    result = std::move(*merged);
  }
  RunResults results;
  results.local = local;
  results.full = "[" + (local.empty() ? std::string("null") : local) + "]";
  results.merged = json::to_compact(result);
  const bool good = *json::find_bool(result, "succeeded");
  Why why{good ? "Measured and merged." : reason_of(result), "runner"};
  if (!good) {
    if (!active->run.errors.empty()) active->run.errors += '\n';
    active->run.errors += why.reason;
  }
  const RunState to = good ? RunState::finished : RunState::failed;
  co_await end_with_result(active, to, std::move(why), std::move(results));
}

}  // namespace pscheduler::services
