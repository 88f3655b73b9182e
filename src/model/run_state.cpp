#include "pscheduler/model/run_state.hpp"

#include <algorithm>
#include <array>

namespace pscheduler {
namespace {

using enum RunState;

constexpr std::array<StateTraits, kRunStateCount> kStates = {{
    {scheduling, "scheduling", "Scheduling", false, false, false,
     "the participants are still agreeing on it"},
    {pending, "pending", "Pending", false, false, false, "on the timeline, waiting for its start"},
    {on_deck, "on-deck", "On Deck", false, false, false, "being prepared"},
    {running, "running", "Running", false, false, false, "its tool has been started"},
    {cleanup, "cleanup", "Cleanup", false, false, false, "its tool has ended, results are being merged"},
    {finished, "finished", "Finished", true, true, true, "measured"},
    {overdue, "overdue", "Overdue", true, false, false, "started, but did not report in time"},
    {missed, "missed", "Missed", true, false, false, "never started"},
    {failed, "failed", "Failed", true, false, true, "ran without success"},
    {preempted, "preempted", "Preempted", true, false, false, "gave way to a run of higher priority"},
    {nonstart, "nonstart", "Non-Starter", true, false, false, "could not be put on the schedule"},
    {canceled, "canceled", "Canceled", true, false, false, "its task was canceled"},
}};

constexpr std::array kFromScheduling = {pending, preempted, canceled, nonstart};
constexpr std::array kFromPending = {on_deck, running, missed, failed, preempted, canceled, nonstart};
constexpr std::array kFromOnDeck = {running, overdue, missed, failed, preempted, canceled};
constexpr std::array kFromRunning = {cleanup, finished, overdue, missed, failed, preempted, canceled};
constexpr std::array kFromCleanup = {finished, failed};
constexpr std::array kFromFinished = {failed};
constexpr std::array kFromOverdue = {finished, missed, failed, preempted, canceled};
constexpr std::array kFromMissed = {failed};
constexpr std::array kFromNonstart = {canceled};

}  // namespace

const StateTraits& traits(RunState state) {
  return kStates[static_cast<std::size_t>(state)];
}

std::optional<RunState> parse_run_state(std::string_view name) {
  for (const auto& row : kStates) {
    if (row.name == name) return row.state;
  }
  return std::nullopt;
}

std::optional<RunState> run_state_from_number(int number) {
  if (number < 0 || number >= kRunStateCount) return std::nullopt;
  return static_cast<RunState>(number);
}

std::span<const RunState> successors(RunState from) {
  switch (from) {
    case scheduling:
      return kFromScheduling;
    case pending:
      return kFromPending;
    case on_deck:
      return kFromOnDeck;
    case running:
      return kFromRunning;
    case cleanup:
      return kFromCleanup;
    case finished:
      return kFromFinished;
    case overdue:
      return kFromOverdue;
    case missed:
      return kFromMissed;
    case nonstart:
      return kFromNonstart;
    case failed:
    case preempted:
    case canceled:
      return {};
  }
  return {};
}

bool is_allowed(RunState from, RunState to) {
  const auto next = successors(from);
  return from == to || std::find(next.begin(), next.end(), to) != next.end();
}

}  // namespace pscheduler
