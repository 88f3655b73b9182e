// Runs of tasks with other participants, as their lead: a time that all of them have, held by all of them,
// and told to all of them (spec scheduling.md 6).
//
// The own run is durable in state `scheduling` before anybody else is asked to hold it, so that after a crash
// it is known who may have to be told to forget it.

#include <algorithm>

#include "pscheduler/base/text.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/schedule/common_time.hpp"
#include "pscheduler/services/scheduling.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "services/scheduling/agreement.hpp"
#include "services/scheduling/turns.hpp"

namespace pscheduler::services {
namespace {

// Times that are tried before a run is given up; each conflict means that somebody else has got a run.
constexpr int kTriesMax = 20;

// How long others hold a run for this node: holding and announcing have deadlines of 30 s each.
constexpr Duration kHoldLength = std::chrono::seconds(65);

// A host that does not answer is asked again so long before the run is due, and so often.
constexpr Duration kPatience = std::chrono::seconds(10);
constexpr Duration kAskAgain = std::chrono::seconds(10);

// Until what could not be removed from a store without room is removed.
constexpr Duration kStoreAgain = std::chrono::seconds(1);

// How far beyond the latest start free time is asked for: a peer may need so long to get ready.
constexpr Duration kReadiness = std::chrono::seconds(15);

std::string others_of(const Task& task) {
  std::vector<std::string> others;
  for (std::size_t i = 0; i < task.participants.size(); ++i) {
    if (static_cast<int>(i) != task.participant) others.push_back(task.participants[i]);
  }
  return join(others, ", ");
}

// A store without room is asked again.
ports::Async<void> forget_surely(RunJournal& journal, ports::Clock& clock, TaskId task, RunId run) {
  for (;;) {
    co_await clock.sleep_for(kStoreAgain);
    ports::Changes changes;
    changes.removed_runs.push_back(run);
    auto removed = co_await journal.commit_for(task, std::move(changes));
    if (removed || removed.error().code != Errc::unavailable) co_return;
  }
}

bool is_silent(const Error& error) {
  return error.code == Errc::unreachable || error.code == Errc::timed_out;
}

}  // namespace

// Whether the run was put on the schedule of all participants.
ports::Async<bool> Scheduling::agree_on_run(const Task& task, Attempt attempt) {
  Agreement agreement(ports_.executor, peers_, ports_.clock, task);
  Error problem;
  for (int tries = 0; tries < kTriesMax; ++tries) {
    auto slot = co_await common_slot(task, attempt, agreement);
    if (!slot) {
      const std::string last = std::move(problem.message);
      problem = std::move(slot.error());
      if (!last.empty()) problem.message += " The last time that was tried: " + last;
      break;
    }
    Planned planned = planned_run(task, attempt, slot->times);
    planned.displacing = slot->displacing;
    auto stored = co_await store_run(task, std::move(planned), &agreement);
    if (stored) co_return true;
    problem = std::move(stored.error());
    // Only what is asked before anything is held tells that a participant has lost the task.
    if (problem.code == Errc::not_found) problem.code = Errc::not_possible;
    const TaskProgress* progress = book_.find(task.id);
    if (progress == nullptr || !progress->enabled) co_return false;
    if (problem.code != Errc::conflict) break;
    agreement.was_taken(slot->times.start);
  }
  co_await give_up_agreement(task, std::move(attempt), std::move(problem));
  co_return false;
}

// The time that all participants have; as for a run of this node alone, nobody is displaced unless there is
// no other way: by priority, or by those that take turns. not_possible: there is none.
ports::AsyncResult<Scheduling::Slot> Scheduling::common_slot(const Task& task, const Attempt& attempt,
                                                             Agreement& agreement) {
  const bool anytime = traits(task.scheduling_class).anytime;
  TimeRange starts = starts_for(task, attempt);
  std::optional<schedule::Displacing> displacing;
  for (int pass = 0; pass < 2; ++pass) {
    if (pass > 0) displacing = co_await taking_of(task, attempt);
    if (pass > 0 && !displacing) break;
    const TimeRange window{starts.start, std::max(starts.start, starts.end) + kReadiness + task.duration};
    auto times = co_await agreement.free_times(
        window, displacing ? std::optional(attempt.nominal_start) : std::nullopt);
    if (!times) co_return fail(std::move(times.error()));
    // Time has passed; from here on nothing waits until the time is reserved.
    starts = starts_for(task, attempt);
    starts.start = std::max(starts.start, times->earliest_start);
    const bool whole_seconds = task.schedule.repeats() || !times->exact;
    if (whole_seconds) starts.start = ceil_to_second(starts.start);
    const bool as_soon_as_possible = !attempt.replaces && starts.end < starts.start;
    if (times->not_before) starts.start = std::max(starts.start, *times->not_before);
    // Nobody has named a time; otherwise a conflict moves the run no further than its slip.
    if (as_soon_as_possible) starts.end = starts.start;
    if (starts.end < starts.start) {
      starts.start = starts.end;
      break;
    }
    const schedule::StartRequest request{starts.start, starts.end, task.duration, whole_seconds};
    const TimeRange own_window{starts.start, starts.end + task.duration};
    auto pieces = std::move(times->free);
    if (!anytime) {
      pieces = schedule::intersect(
          pieces, timeline_.gaps(task.scheduling_class, own_window, task.duration, displacing));
    }
    const auto pick = [this](std::uint64_t bound) { return ports::uniform(ports_.random, bound); };
    const auto slot = task.schedule.random_slip ? schedule::random_start(pieces, request, pick)
                                                : schedule::earliest_start(pieces, request);
    if (slot) co_return Slot{*slot, displacing};
  }
  std::string reason = co_await why_no_common_time(task, starts, agreement);
  co_return fail(Errc::not_possible, std::move(reason));
}

// What a run may take from others; nothing when there is nothing by which it could.
ports::Async<std::optional<schedule::Displacing>> Scheduling::taking_of(const Task& task,
                                                                        const Attempt& attempt) {
  if (traits(task.scheduling_class).anytime) co_return std::nullopt;
  const auto priority = co_await priority_at(task, starts_for(task, attempt).start);
  auto taking = displacing_of(task, attempt.nominal_start, ports_.clock.now());
  if (!priority && !taking.turn) co_return std::nullopt;
  taking.priority = priority.value_or(0);
  co_return taking;
}

ports::Async<std::string> Scheduling::why_no_common_time(const Task& task, const TimeRange& starts,
                                                         const Agreement& agreement) {
  const std::string who = agreement.who_has_none();
  const std::string when = " for a start between " + format_timestamp_z(floor_to_second(starts.start)) +
                           " and " + format_timestamp_z(ceil_to_second(std::max(starts.start, starts.end)));
  if (!who.empty()) {
    co_return "There is no free time on " + who + when + ". Ask for a later start or a longer slip.";
  }
  const auto conflict =
      timeline_.first_conflict(task.scheduling_class, TimeRange{starts.start, starts.end + task.duration});
  if (conflict) co_return co_await describe_conflict(*conflict);
  co_return "The participants (" + join(task.participants, ", ") + ") have no free time in common" + when +
      ". Ask for a later start or a longer slip.";
}

ports::Async<void> Scheduling::give_up_agreement(const Task& task, Attempt attempt, Error problem) {
  ports_.log.write(ports::kRunNotPlanned, {{"task", task.id.to_string()}, {"error", problem.message}});
  if (attempt.replaces) co_return;
  if (problem.code == Errc::unavailable) {
    retry_soon(task.id);
    co_return;
  }
  const Instant now = ports_.clock.now();
  if (is_silent(problem) && attempt.nominal_start > now + kPatience) {
    queue_.put(task.id, std::min(now + kAskAgain, attempt.nominal_start - kPatience), attempt.nominal_start);
    changed_.notify_all();
    co_return;
  }
  co_await store_nonstart(task, std::move(attempt), problem);
  if (problem.code != Errc::not_found) co_return;
  // A participant has lost the task, so no run of it can be agreed on any more.
  Task lost = task;
  plans_.spawn([](Scheduling& self, Task of, std::string why_lost) -> ports::Async<void> {
    Why why{"A participant no longer has the task: " + why_lost, "scheduler"};
    co_await self.cancel_task(std::move(of), std::move(why));
  }(*this, std::move(lost), std::move(problem.message)));
}

// The durable run on which all have agreed, or none when its task was canceled meanwhile.
ports::AsyncResult<std::optional<Run>> Scheduling::add_agreed_run(const Task& task, TaskProgress& progress,
                                                                  Planned planned, Agreement& agreement) {
  Run run = std::move(planned.run);
  auto data = co_await own_data(task, progress, planned.origin);
  if (!data) co_return fail(std::move(data.error()));
  run.participant_data = std::move(*data);
  run.state = RunState::scheduling;
  Why asking{"To be agreed on with " + others_of(task) + ".", planned.why.actor};
  auto begun = co_await journal_.add(run, std::move(asking));
  if (!begun) co_return fail(std::move(begun.error()));
  const bool takes_turn = planned.displacing && planned.displacing->turn;
  auto full = co_await agreement.hold(run, kHoldLength, takes_turn);
  Result<void> agreed;
  if (!full) {
    agreed = fail(std::move(full.error()));
  } else if (!progress.enabled) {
    agreed = fail(Errc::conflict, "The task was canceled meanwhile.");
  } else {
    run.participant_data_full = *full;
    agreed = co_await agreement.announce(run, std::move(*full));
  }
  if (agreed) agreed = leave_out_removed(planned);
  if (agreed && progress.enabled) {
    const TaskProgress before = progress;
    count_run(task, progress, run, planned.origin);
    planned.together.task_progress.emplace_back(task.id, progress);
    agreed = co_await journal_.move(run, RunState::pending, std::move(planned.why), std::nullopt,
                                    std::move(planned.together));
    if (agreed && progress.enabled) co_return std::optional<Run>(std::move(run));
    if (!agreed) uncount_run(progress, before, planned.origin);
  }
  co_await withdraw_agreed(task, run.id, agreement.may_hold());
  if (!agreed) co_return fail(std::move(agreed.error()));
  co_return std::optional<Run>();
}

// Nobody is to know of the run any more.
ports::Async<void> Scheduling::withdraw_agreed(const Task& task, RunId run,
                                               const std::vector<int>& may_hold) {
  auto errands = errands_.for_participants(task, run, may_hold);
  ports::Changes changes;
  changes.removed_runs.push_back(run);
  changes.new_errands = errands;
  auto removed = co_await journal_.commit_for(task.id, std::move(changes));
  // The others are told now, whatever the store still has.
  if (!removed) {
    ports_.log.write(ports::kRunNotPlanned, {{"run", run.to_string()}, {"error", removed.error().message}});
    plans_.spawn(forget_surely(journal_, ports_.clock, task.id, run));
  }
  errands_.take(std::move(errands));
}

}  // namespace pscheduler::services
