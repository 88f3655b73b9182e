// One iteration of a batch from its task to its element, and what becomes of it on an interruption.

#include <algorithm>

#include "batch/dialogue.hpp"
#include "pscheduler/batch/batch.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::batch {
namespace {

using ports::Async;
using ports::AsyncResult;

// An interrupted batch wants to end; who started it is waiting.
constexpr Duration kFarewell = std::chrono::seconds(10);

std::string seconds_text(Duration length) {
  const auto tenths = std::chrono::round<std::chrono::milliseconds>(length).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "s";
}

}  // namespace

std::shared_ptr<Dialogue> Batch::dialogue_of(const Turn& turn) {
  const Job& job = document_.jobs[turn.job];
  auto name = (job.labeled ? job.label : "unlabeled") + "/" + std::to_string(turn.iteration);
  return std::make_shared<Dialogue>(std::move(name), settings_, world_, *servers_, observer_);
}

std::string Batch::key_of(const Json& task) const {
  return json::find_string(task, "_key").value_or(settings_.key.value_or(""));
}

AsyncResult<void> Batch::attempt(Turn turn) {
  auto dialogue = dialogue_of(turn);
  if (settings_.dry_run) {
    dialogue->tell("would post " + json::to_pretty(plan_[turn.job][turn.iteration]));
    finish(turn, Json::object());
    co_return Result<void>{};
  }
  Dialogue::Course course;
  if (!cell_of(turn).task_url.empty()) {
    dialogue->tell("takes up " + cell_of(turn).task_url);
    auto looking = dialogue->first_run(cell_of(turn).task_url, false);
    auto found = co_await std::move(looking);
    // What was canceled before it began, or is not known any more, has not run.
    if (found && !was_canceled(found->run)) {
      course = std::move(*found);
    } else if (!found && found.error().code != Errc::not_found) {
      co_return fail(found.error());
    } else {
      cell_of(turn).task_url.clear();
    }
  }
  if (cell_of(turn).task_url.empty()) {
    auto submitting = submit(turn, dialogue);
    const auto submitted = co_await std::move(submitting);
    if (!submitted) co_return fail(submitted.error());
    auto looking = dialogue->first_run(cell_of(turn).task_url, true);
    auto found = co_await std::move(looking);
    if (!found) co_return fail(found.error());
    course = std::move(*found);
  }
  observer_.planned(turn.job, turn.iteration, slot_of(course.run).value_or(TimeRange{}));
  auto waiting = dialogue->until_final(std::move(course.run));
  auto run = co_await std::move(waiting);
  if (!run) co_return fail(run.error());
  // What was measured is not lost because of an interruption.
  auto gathering = firm_.run(gather(turn, dialogue, std::move(*run), course.runs_url));
  const auto gathered = co_await std::move(gathering);
  if (!gathered) co_return fail(gathered.error());
  co_return Result<void>{};
}

AsyncResult<void> Batch::submit(Turn turn, std::shared_ptr<Dialogue> dialogue) {
  const Json& task = plan_[turn.job][turn.iteration];
  dialogue->tell("task " + json::to_pretty(task));
  auto asking = dialogue->lead_of(task);
  auto lead = co_await std::move(asking);
  if (!lead) co_return fail(lead.error());
  co_await wait_in_turn(turn, dialogue);
  // A task that was posted without anybody knowing its URL could not be canceled.
  auto posting = firm_.run(post(turn, dialogue, std::move(*lead)));
  const auto url = co_await std::move(posting);
  if (!url) co_return fail(url.error());
  co_return Result<void>{};
}

// Each iteration of a parallel job waits a step longer than the one before; waiting for a place counts.
Async<void> Batch::wait_in_turn(Turn turn, std::shared_ptr<Dialogue> dialogue) {
  const Job& job = document_.jobs[turn.job];
  if (!job.parallel) co_return;
  const Duration wait = job.backoff * static_cast<std::int64_t>(turn.number) - turn.waited;
  if (wait <= Duration::zero()) co_return;
  dialogue->tell("waiting " + seconds_text(wait) + " before posting");
  co_await world_.clock.sleep_for(wait);
}

AsyncResult<std::string> Batch::post(Turn turn, std::shared_ptr<Dialogue> dialogue, std::string lead) {
  Json task = plan_[turn.job][turn.iteration];
  if (settings_.key && !task.contains("_key")) task["_key"] = *settings_.key;
  auto posting = dialogue->post(std::move(lead), std::move(task));
  auto url = co_await std::move(posting);
  if (url) {
    Cell& cell = cell_of(turn);
    cell.sent = plan_[turn.job][turn.iteration];
    cell.task_url = *url;
    observer_.posted(turn.job, turn.iteration, *url);
  }
  co_return url;
}

AsyncResult<bool> Batch::gather(Turn turn, std::shared_ptr<Dialogue> dialogue, Json run,
                                std::string runs_url) {
  auto fetching = dialogue->results(std::move(run), std::move(runs_url));
  auto runs = co_await std::move(fetching);
  if (!runs) co_return fail(runs.error());
  // Not as an initializer list: GCC 12 gets those of coroutines wrong.
  Json element = Json::object();
  element["task"] = cell_of(turn).sent;
  element["runs"] = std::move(*runs);
  finish(turn, std::move(element));
  co_return true;
}

Async<void> Batch::withdraw() {
  co_await end_firm_within(kFarewell);
  for (std::size_t job = 0; job < progress_.size(); ++job) {
    for (std::size_t i = 0; i < progress_[job].cells.size(); ++i) {
      const Cell& cell = progress_[job].cells[i];
      if (cell.element || cell.task_url.empty()) continue;
      firm_.spawn(take_back(dialogue_of({job, i, 0, {}}), cell.task_url, key_of(cell.sent)));
    }
  }
  co_await end_firm_within(kFarewell);
}

Async<void> Batch::take_back(std::shared_ptr<Dialogue> dialogue, std::string url, std::string key) {
  auto canceling = dialogue->cancel(std::move(url), std::move(key));
  const auto canceled = co_await std::move(canceling);
  if (canceled) ++withdrawn_;
}

Async<void> Batch::end_firm_within(Duration limit) {
  ports::Scope watch(world_.executor,
                     [](std::exception_ptr exception) { std::rethrow_exception(exception); });
  watch.spawn([](ports::Clock& clock, ports::Scope& firm, Duration length) -> Async<void> {
    co_await clock.sleep_for(length);
    firm.cancel_all();
  }(world_.clock, firm_, limit));
  co_await firm_.join();
  watch.cancel_all();
  co_await watch.join();
}

}  // namespace pscheduler::batch
