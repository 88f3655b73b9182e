// What a tool has brought, and what becomes of it: the other participants' results, the merged one, and the
// final state of the run (spec scheduling.md 9.5, 9.6).

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/at_once.hpp"
#include "pscheduler/services/runner.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "services/running/outcome_text.hpp"

namespace pscheduler::services {
namespace {

// How long after the end of its slot a participant may take to have its result.
constexpr Duration kResultPatience = std::chrono::seconds(15);

// What takes the place of a status where none was heard, as in 5.2 (spec api.md 17.1).
constexpr int kNoAnswer = 400;

// Why a participant may be to blame when the measurement has failed; empty if nothing is known.
std::string problem_of(const std::string& host, const PeerResult& answer) {
  const auto state = parse_run_state(answer.state);
  const bool measured = !answer.result.empty() && (!state || *state == RunState::finished);
  // What its tool has printed as errors, though it may have worked.
  if (measured) return answer.errors.empty() ? "" : host + ": " + answer.errors;
  return host + (answer.result.empty() ? " has no result" : " has not measured") + ": its run is " +
         answer.state + (answer.errors.empty() ? "." : ": " + answer.errors);
}

// The HTTP status that stands for a failed call.
int status_of(const Error& error) {
  const bool silent = error.code == Errc::unreachable || error.code == Errc::timed_out;
  return silent ? kNoAnswer : traits(error.code).http_status;
}

}  // namespace

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
  const bool alone = task.participants.size() == 1;
  if (!worked) {
    const Json failure = failure_result(failure_sentence(*outcome), outcome->diags);
    if (results.local.empty()) results.local = json::to_compact(failure);
    if (alone) {
      results.full = result_full(task, {{task.participant, results.local}});
      results.merged = json::to_compact(failure);
      Why why{failure_sentence(*outcome), "runner"};
      co_await end_with_result(active, RunState::failed, std::move(why), std::move(results));
      co_return;
    }
  }
  std::string local = results.local;
  Why why{worked ? "The tool has ended; its result is being merged."
                 : failure_sentence(*outcome) + " The other results are being gathered.",
          "runner"};
  co_await journal_.move_surely(run, RunState::cleanup, std::move(why), std::move(results));
  co_await merge(active, task, std::move(local));
}

// What the other participants have, asked of all of them at once; each has the whole time.
ports::Async<std::vector<Gathered>> Runner::gather(const Run& run, const Task& task) {
  std::vector<Gathered> others;
  for (int number = 0; number < static_cast<int>(task.participants.size()); ++number) {
    if (number != task.participant) others.push_back({number, {}, {}});
  }
  const Duration wait = std::max(run.times.end - ports_.clock.now(), Duration::zero()) + kResultPatience;
  auto ask = [&](std::size_t i) -> ports::Async<void> {
    Gathered& other = others[i];
    PeerAddress address = peer_of(task, other.participant);
    const std::string host = address.host;
    auto answer = co_await peers_.local_result(std::move(address), task.id, run.id, wait);
    if (!answer) {
      other.problem = answer.error().message;
      co_return;
    }
    other.problem = problem_of(host, *answer);
    other.result = std::move(answer->result);
  };
  auto all = ports::at_once(ports_.executor, others.size(), ask);
  co_await std::move(all);
  co_return others;
}

// The state of all participants' clocks, which may be why they have not met.
ports::Async<JsonText> Runner::survey_clocks(const Task& task) {
  std::vector<Json> clocks(task.participants.size());
  auto ask = [&](std::size_t i) -> ports::Async<void> {
    if (static_cast<int>(i) == task.participant) {
      const auto state = co_await ports_.host_facts.clock_state();
      clocks[i] = clock_value(state, settings_.zone);
      co_return;
    }
    PeerAddress address = peer_of(task, static_cast<int>(i));
    auto answer = co_await peers_.clock(std::move(address));
    if (answer) {
      clocks[i] = std::move(*answer);
    } else {
      clocks[i] = {{"error", status_of(answer.error())}, {"reason", answer.error().message}};
    }
  };
  auto all = ports::at_once(ports_.executor, clocks.size(), ask);
  co_await std::move(all);
  Json survey = Json::array();
  for (auto& clock : clocks) survey.push_back(std::move(clock));
  co_return json::to_compact(survey);
}

// The merged result as the tool makes it; what it breaks is a failure with its reason.
ports::Async<Json> Runner::merged_result(const Task& task, Json results) {
  Json test = stored_value(task.document).value("test", Json::object());
  auto merged = co_await plugins_.merged_results(task.tool, std::move(test), std::move(results));
  if (!merged) co_return failure_result(merged.error().message, merged.error().detail);
  if (!merged->is_object()) {
    co_return failure_result("The tool " + task.tool + " merged the results into nothing usable.",
                             json::to_compact(*merged));
  }
  if (!json::find_bool(*merged, "succeeded")) {
    co_return failure_result(
        "The tool " + task.tool + " merged the results without saying whether the measurement succeeded.",
        json::to_compact(*merged));
  }
  co_return std::move(*merged);
}

// Turns the results of all into the result of the test, and the run into its final state.
ports::Async<void> Runner::merge(ActiveRun active, const Task& task, std::string local) {
  Run& run = active->run;
  const auto others = co_await gather(run, task);
  RunResults results;
  results.local = local;
  std::map<int, JsonText> all{{task.participant, local}};
  for (const auto& other : others) all.emplace(other.participant, other.result);
  results.full = result_full(task, all);
  Json merged = co_await merged_result(task, stored_value(results.full));
  results.merged = json::to_compact(merged);
  // A tool that failed here has not measured, whatever the others make of it.
  const bool good = *json::find_bool(merged, "succeeded") && run.status.value_or(0) == 0;
  if (good) {
    Why why{"Measured and merged.", "runner"};
    co_await end_with_result(active, RunState::finished, std::move(why), std::move(results));
    co_return;
  }
  const std::string problems = problems_of(others);
  std::string reason = reason_of(merged);
  if (!problems.empty()) reason += "\n" + problems;
  if (!run.errors.empty()) run.errors += '\n';
  run.errors += reason;
  if (!others.empty()) results.clock_survey = co_await survey_clocks(task);
  Why why{std::move(reason), "runner"};
  co_await end_with_result(active, RunState::failed, std::move(why), std::move(results));
}

}  // namespace pscheduler::services
