#include "sim/inspection.hpp"

#include <algorithm>

#include "pscheduler/schedule/recurrence.hpp"
#include "pscheduler/schedule/timeline.hpp"

namespace pscheduler::sim {

using namespace std::chrono_literals;

namespace {

// A run that does not begin is missed after 30 s, a tool that does not end is ended after one; the rest is
// for commits.
constexpr Duration kEndsWithin = 60s;

// What a task needs to be planned once nothing keeps the node from it.
constexpr Duration kPlannedWithin = 2min;

// A run is planned at least this long before its time, however long its slip.
constexpr Duration kAheadMin = 1min;

// How far ahead the timeline is compared with the store.
constexpr Duration kWindow = 3h;

// The time between runs by cron expressions of the workload, but for one of them, is at most this.
constexpr Duration kCronIntervalMax = 1h;
constexpr std::string_view kRareCron = "30 6 * * 1-5";

std::optional<Duration> interval_max(const Schedule& schedule) {
  if (!schedule.repeat_cron.empty()) {
    if (schedule.repeat_cron == kRareCron) return std::nullopt;
    return kCronIntervalMax;
  }
  return schedule.repeat;
}

// When a run that follows the latest one has to be in the store at the latest. What fell into a trouble is
// not made up for.
Instant planned_by(const KnownTask& task, Duration interval, Instant last_trouble) {
  const Instant begins = task.schedule.start.value_or(Instant::min());
  const Instant last = std::max({*task.latest_end, last_trouble, begins});
  return last + interval + task.duration + task.schedule.slip + kPlannedWithin;
}

void inspect_repeating(TaskId id, const KnownTask& task, Instant now, Instant last_trouble,
                       Findings& findings) {
  const auto interval = interval_max(task.schedule);
  if (!interval || !task.latest_end) return;
  const auto& schedule = task.schedule;
  if (schedule.max_runs && task.progress.attempts >= *schedule.max_runs) return;
  const Instant last = std::max(*task.latest_end, last_trouble);
  if (schedule.until && std::max(now, last + *interval) >= *schedule.until) return;
  if (!task.progress.plans_runs) {
    findings.report(Rule::keeps_going, now,
                    "task " + id.to_string() + " is not planned any more, but is not at its end");
  } else if (now > planned_by(task, *interval, last_trouble)) {
    findings.report(Rule::keeps_going, now,
                    "task " + id.to_string() + " has had nothing planned after " +
                        format_timestamp(*task.latest_end, Zone::utc()));
  }
}

// Whether nothing kept the node from planning the first run of a task that was accepted at `since`. In a
// trouble all that the task asks for may have passed.
bool had_time_for_first(Node& node, const KnownTask& task, Duration since) {
  TaskProgress fresh;
  fresh.enabled = true;
  const Duration ahead = std::max(node.world().scheduling.horizon() - task.schedule.slip, kAheadMin);
  return std::ranges::any_of(node.calm(), [&](const Calm& calm) {
    if (calm.end <= since) return false;
    const Instant from = calm.shows_at_begin + std::max(since - calm.begin, Duration::zero());
    const auto nominal = schedule::next_nominal_start(task.schedule, fresh, from, Zone::utc());
    if (!nominal) return false;
    const bool at_once = traits(task.scheduling_class).multi_result;
    const Instant planned_from = at_once ? from : std::max(from, *nominal - ahead);
    return planned_from + kPlannedWithin <= calm.shows_at_end;
  });
}

void inspect_task(Node& node, TaskId id, const KnownTask& task, Duration since, Findings& findings) {
  if (!task.progress.enabled || node.time() < node.last_trouble() + kPlannedWithin) return;
  const Instant now = node.now();
  if (!task.latest_end) {
    if (had_time_for_first(node, task, since)) {
      findings.report(Rule::accepted_is_kept, now,
                      "task " + id.to_string() + " is due, but no run of it was ever planned");
    }
    return;
  }
  const Instant last_trouble = now - (node.time() - node.last_trouble());
  if (task.schedule.repeats()) inspect_repeating(id, task, now, last_trouble, findings);
}

// What is left of `window` by the runs in the store that a run of the class may not overlap.
std::vector<TimeRange> free_by_the_store(const Ledger& ledger, SchedulingClass scheduling_class,
                                         const TimeRange& window) {
  std::vector<TimeRange> free;
  Instant at = window.start;
  for (const auto& [key, times] : ledger.occupied()) {
    const auto other = ledger.task(ledger.run(key.second)->task)->scheduling_class;
    if (times.end <= at || schedule::may_overlap(scheduling_class, other)) continue;
    if (times.start >= window.end) break;
    if (times.start > at) free.push_back({at, times.start});
    at = std::max(at, times.end);
  }
  if (at < window.end) free.push_back({at, window.end});
  std::erase_if(free, [](const TimeRange& range) { return range.length() < 1s; });
  return free;
}

void inspect_timeline(Node& node, Findings& findings) {
  const Instant from = ceil_to_second(node.now() + 5s);
  for (const auto scheduling_class : {SchedulingClass::exclusive, SchedulingClass::normal}) {
    Task probe;
    probe.tool = std::string(traits(scheduling_class).name) + "-tool";
    probe.scheduling_class = scheduling_class;
    probe.duration = 1s;
    const Instant until = node.now() + std::min(kWindow, node.world().scheduling.horizon());
    const TimeRange window{from, until};
    const auto expected = free_by_the_store(node.ledger(), scheduling_class, window);
    const auto offered = node.world().scheduling.free_ranges(probe, window.start, window.end);
    if (offered == expected) continue;
    const auto differs = std::mismatch(offered.begin(), offered.end(), expected.begin(), expected.end());
    const Instant at = std::min(differs.first == offered.end() ? window.end : differs.first->start,
                                differs.second == expected.end() ? window.end : differs.second->start);
    findings.report(Rule::timeline_is_the_store, node.now(),
                    "the free time for " + std::string(traits(scheduling_class).name) + " runs, " +
                        std::to_string(offered.size()) + " ranges instead of " +
                        std::to_string(expected.size()) + ", differs from " +
                        format_timestamp(at, Zone::utc()) + " on");
  }
}

}  // namespace

void inspect_ends(const Node& node, Findings& findings) {
  if (node.time() < node.last_trouble() + kEndsWithin) return;
  for (const auto& [end, id] : node.ledger().unfinished_by_end()) {
    if (node.now() <= end + kEndsWithin) return;
    // A tool has the length of its slot also when the calendar is set forward meanwhile.
    const auto& run = *node.ledger().run(id);
    if (node.tools().is_at_work(id) || (run.tool_gone && node.time() <= *run.tool_gone + kEndsWithin))
      continue;
    findings.report(Rule::runs_end, node.now(),
                    describe(id, run.times) + " is still " + std::string(traits(run.state).name));
  }
}

void inspect_start(Node& node, Findings& findings) {
  if (node.is_idle()) inspect_timeline(node, findings);
}

void inspect(Node& node, const std::map<TaskId, Duration>& accepted, Findings& findings) {
  const auto& ledger = node.ledger();
  for (const auto& [id, since] : accepted) {
    const auto* task = ledger.task(id);
    if (task == nullptr && ledger.was_removed(id)) continue;
    if (task == nullptr) {
      findings.report(Rule::accepted_is_kept, node.now(), "task " + id.to_string() + " is not in the store");
    } else if (node.time() > since + kPlannedWithin) {
      inspect_task(node, id, *task, since, findings);
    }
  }
  node.check_histories();
  if (node.time() > node.last_trouble() + kPlannedWithin) node.archives().check_none_waits(node.now());
  if (node.is_quiet()) inspect_timeline(node, findings);
}

}  // namespace pscheduler::sim
