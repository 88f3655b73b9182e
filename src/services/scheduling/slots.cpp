// Where a run goes on the timeline.

#include <algorithm>

#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/scheduling.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::services {
namespace {

// A whole number of seconds from none up to `room`, each as likely.
Duration random_seconds(ports::Random& random, Duration room) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(room).count();
  return std::chrono::seconds(ports::uniform(random, static_cast<std::uint64_t>(seconds) + 1));
}

}  // namespace

// The earliest and the latest start of a run; empty when its window has passed.
TimeRange Scheduling::starts_for(const Task& task, const Attempt& attempt) const {
  const Instant now = ports_.clock.now();
  Instant earliest = std::max(attempt.nominal_start, now);
  if (!traits(task.scheduling_class).anytime) {
    // Others may not be disturbed while this tool gets ready, so it gets ready inside the time before its
    // slot.
    earliest = std::max(earliest, now + plugins_.preparation_time(task.tool));
  }
  if (attempt.replaces) return {earliest, attempt.latest_start};
  return {earliest, std::max(earliest, attempt.latest_start)};
}

// Nobody is displaced unless there is no other way (spec scheduling.md 7.5).
std::optional<Scheduling::Slot> Scheduling::choose_slot(const Task& task, const TimeRange& starts) {
  if (const auto free = slot_in(task, starts, std::nullopt)) return Slot{*free, false};
  if (!task.priority || traits(task.scheduling_class).anytime) return std::nullopt;
  const auto taken = slot_in(task, starts, task.priority);
  return taken ? std::optional(Slot{*taken, true}) : std::nullopt;
}

std::optional<TimeRange> Scheduling::slot_in(const Task& task, const TimeRange& starts,
                                             std::optional<std::int64_t> displacing) {
  if (task.schedule.random_slip) return random_slot(task, starts, displacing);
  return earliest_slot(task, starts, displacing);
}

std::optional<TimeRange> Scheduling::earliest_slot(const Task& task, const TimeRange& starts,
                                                   std::optional<std::int64_t> displacing) const {
  const bool whole_seconds = task.schedule.repeats();
  schedule::SlotRequest request{task.scheduling_class, starts.start, starts.end, task.duration, displacing};
  if (whole_seconds) request.earliest = ceil_to_second(request.earliest);
  if (traits(task.scheduling_class).anytime) {
    return TimeRange{request.earliest, request.earliest + task.duration};
  }
  for (;;) {
    const auto slot = timeline_.find_slot(request);
    if (!slot || !whole_seconds || slot->start == ceil_to_second(slot->start)) return slot;
    request.earliest = ceil_to_second(slot->start);
  }
}

// Any of the free pieces, and in it any whole second (spec scheduling.md 6.3).
std::optional<TimeRange> Scheduling::random_slot(const Task& task, const TimeRange& starts,
                                                 std::optional<std::int64_t> displacing) {
  const Instant first = task.schedule.repeats() ? ceil_to_second(starts.start) : starts.start;
  const TimeRange window{first, starts.end + task.duration};
  const auto pieces = timeline_.gaps(task.scheduling_class, window, task.duration, displacing);
  std::vector<TimeRange> usable;
  for (TimeRange piece : pieces) {
    if (task.schedule.repeats()) piece.start = ceil_to_second(piece.start);
    if (piece.length() >= task.duration) usable.push_back(piece);
  }
  if (usable.empty()) return std::nullopt;
  const auto& piece = usable[ports::uniform(ports_.random, usable.size())];
  const Instant start = piece.start + random_seconds(ports_.random, piece.length() - task.duration);
  return TimeRange{start, start + task.duration};
}

// Whether a run was put on the schedule.
ports::Async<bool> Scheduling::plan_run(const Task& task, Attempt attempt) {
  const TimeRange starts = starts_for(task, attempt);
  const auto slot = choose_slot(task, starts);
  if (!slot) {
    if (attempt.replaces) co_return false;
    std::string reason = co_await why_no_room(task, starts);
    co_await store_nonstart(task, std::move(attempt), std::move(reason));
    co_return false;
  }
  Run run = new_run(task, RunId(ports::new_uuid(ports_.random)), slot->times);
  run.nominal_start = attempt.nominal_start;
  run.latest_start = attempt.latest_start;
  const RunId id = run.id;
  Why why{"Scheduled.", "scheduler"};
  ports::Changes together;
  if (attempt.replaces) {
    Run replaced = *attempt.replaces;
    why.reason = "Planned anew, for run " + replaced.id.to_string() + ".";
    replaced.latest_start.reset();
    together.history.push_back({replaced.id, ports_.clock.now(), replaced.state, replaced.state,
                                "Planned anew as run " + id.to_string() + ".", "scheduler"});
    together.changed_runs.push_back(std::move(replaced));
  }
  const Origin origin = attempt.replaces ? Origin::planned_anew : Origin::planned;
  auto stored = co_await store_run(task, std::move(run), std::move(why), origin, std::move(together));
  if (stored) co_return true;
  const TaskProgress* progress = book_.find(task.id);
  if (progress == nullptr || !progress->enabled) co_return false;
  ports_.log.write(
      ports::kRunNotPlanned,
      {{"task", task.id.to_string()}, {"run", id.to_string()}, {"error", stored.error().message}});
  if (attempt.replaces) co_return false;
  if (stored.error().code == Errc::unavailable) {
    retry_soon(task.id);
  } else {
    std::string reason = stored.error().message;
    co_await store_nonstart(task, std::move(attempt), std::move(reason));
  }
  co_return false;
}

ports::Async<std::string> Scheduling::why_no_room(const Task& task, const TimeRange& starts) {
  const auto conflict =
      timeline_.first_conflict(task.scheduling_class, TimeRange{starts.start, starts.end + task.duration});
  if (!conflict) co_return std::string("No free time was found.");
  co_return co_await describe_conflict(*conflict);
}

// Which run stands in the way, whose, and until when.
ports::Async<std::string> Scheduling::describe_conflict(schedule::Occupation conflict) {
  std::string run =
      "run " + conflict.run.to_string() + " (" + std::string(traits(conflict.scheduling_class).name);
  auto owner = co_await ports_.store.task_of_run(conflict.run);
  if (owner && *owner) {
    run += " " + (*owner)->test_type + ", asked for by " + (*owner)->hints.requester;
  }
  co_return "There was no free time within the slip: " + run + ") has the time from " +
      format_timestamp_z(floor_to_second(conflict.times.start)) + " to " +
      format_timestamp_z(ceil_to_second(conflict.times.end)) + ". Ask for a later start or a longer slip.";
}

}  // namespace pscheduler::services
