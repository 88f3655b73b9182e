#include "services/scheduling/turns.hpp"

namespace pscheduler::services {
namespace {

// A run whose turn comes later only gives way when there is time for its lead to hear of it and to tell all
// others.
constexpr Duration kNoticeOfTurn = std::chrono::seconds(10);

// Mixes all bits of a number into all others (the finalizer of SplitMix64).
constexpr std::uint64_t mixed(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebULL;
  return bits ^ (bits >> 31U);
}

}  // namespace

bool takes_turns(const Task& task) {
  return task.schedule.repeats() && task.participants.size() > 1 && !traits(task.scheduling_class).anytime;
}

// Part of what nodes say to each other: all of them have to come to the same.
std::uint64_t lot_of(TaskId task, Instant nominal_start) {
  std::uint64_t lot = 0;
  for (const auto byte : task.uuid().bytes()) lot = mixed(lot + byte + 1);
  return mixed(lot + static_cast<std::uint64_t>(nominal_start.time_since_epoch().count()));
}

Rank rank_of(const Task& task, Instant nominal_start) {
  return {task.priority.value_or(0), lot_of(task.id, nominal_start), task.id};
}

std::optional<schedule::Turn> turn_of(const Task& task, const Run& run) {
  if (!run.nominal_start || !takes_turns(task)) return std::nullopt;
  return schedule::Turn{lot_of(task.id, *run.nominal_start), run.added};
}

schedule::Displacing displacing_of(const Task& task, Instant nominal_start, Instant now) {
  schedule::Displacing displacing(task.priority.value_or(0));
  if (!takes_turns(task)) return displacing;
  displacing.turn = schedule::Turn{lot_of(task.id, nominal_start), task.added};
  displacing.not_before = now + kNoticeOfTurn;
  return displacing;
}

}  // namespace pscheduler::services
