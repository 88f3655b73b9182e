// Where a run goes on the timeline.

#include <algorithm>

#include "pscheduler/ports/messages.hpp"
#include "pscheduler/schedule/common_time.hpp"
#include "pscheduler/services/context_lead.hpp"
#include "pscheduler/services/limits.hpp"
#include "pscheduler/services/scheduling.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::services {

// The earliest and the latest start of a run; empty when its window has passed.
TimeRange Scheduling::starts_for(const Task& task, const Attempt& attempt) const {
  const Instant now = ports_.clock.now();
  Instant earliest = std::max(attempt.nominal_start, now);
  if (!traits(task.scheduling_class).anytime) {
    // Others may not be disturbed while this tool gets ready, so it gets ready inside the time before its
    // slot.
    earliest = std::max(earliest, now + plugins_.preparation_time(task.tool) + context_lead(task));
  }
  if (attempt.replaces) return {earliest, attempt.latest_start};
  return {earliest, std::max(earliest, attempt.latest_start)};
}

// Nobody is displaced unless there is no other way (spec scheduling.md 7.5).
ports::Async<std::optional<Scheduling::Slot>> Scheduling::choose_slot(const Task& task,
                                                                      const Attempt& attempt) {
  const TimeRange starts = starts_for(task, attempt);
  if (const auto free = slot_in(task, starts, std::nullopt)) co_return Slot{*free};
  if (traits(task.scheduling_class).anytime) co_return std::nullopt;
  const auto priority = co_await priority_at(task, starts.start);
  // Time has passed; from here on nothing waits until the time is reserved.
  const TimeRange left = starts_for(task, attempt);
  if (const auto free = slot_in(task, left, std::nullopt)) co_return Slot{*free};
  if (!priority) co_return std::nullopt;
  const auto taken = slot_in(task, left, priority);
  co_return taken ? std::optional(Slot{*taken, *priority}) : std::nullopt;
}

// The priority by which a run of the task takes time from others: what the limits give it, or what the task
// asks for where they give none. What they say of the time that is found in the end decides (storing.cpp).
ports::Async<std::optional<std::int64_t>> Scheduling::priority_at(
    const Task& task, Instant start, std::optional<std::chrono::minutes> offset) {
  const TimeRange times{start, start + task.duration};
  const auto given = co_await limits_.priority_of_run(task, times, offset);
  co_return given ? given : task.priority;
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
  const TimeRange window{starts.start, starts.end + task.duration};
  const auto pieces = timeline_.gaps(task.scheduling_class, window, task.duration, displacing);
  return schedule::random_start(pieces, {starts.start, starts.end, task.duration, task.schedule.repeats()},
                                [this](std::uint64_t bound) { return ports::uniform(ports_.random, bound); });
}

// Whether a run was put on the schedule.
ports::Async<bool> Scheduling::plan_run(const Task& task, Attempt attempt) {
  if (task.participants.size() > 1) {
    auto agreeing = agree_on_run(task, std::move(attempt));
    co_return co_await std::move(agreeing);
  }
  const auto slot = co_await choose_slot(task, attempt);
  if (!slot) {
    if (attempt.replaces) co_return false;
    const TimeRange starts = starts_for(task, attempt);
    Error no_room{Errc::conflict, "", ""};
    no_room.message = co_await why_no_room(task, starts);
    co_await store_nonstart(task, std::move(attempt), std::move(no_room));
    co_return false;
  }
  Planned planned = planned_run(task, attempt, slot->times);
  planned.displacing = slot->displacing;
  const RunId id = planned.run.id;
  auto stored = co_await store_run(task, std::move(planned));
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
    co_await store_nonstart(task, std::move(attempt), std::move(stored.error()));
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
