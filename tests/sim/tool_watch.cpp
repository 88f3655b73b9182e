#include "sim/tool_watch.hpp"

#include <algorithm>

#include "pscheduler/schedule/timeline.hpp"

namespace pscheduler::sim {

using namespace std::chrono_literals;

namespace {

// A tool that does not end is ended a second after its slot (spec scheduling.md 9.2), which takes it a
// moment.
constexpr Duration kGrace = 1s + 100ms;

// From when a node begins with the start of a tool until its process is there.
constexpr Duration kStartingMax = 200ms;

// A calendar that is too fast shows the end of a slot before the tool has had its time. The node takes no
// notice of 10 ms; it looks at its clocks when it starts the process.
constexpr Duration kUnnoticedMax = 10ms + 1ms;

}  // namespace

void ToolWatch::take(const test::ToolCall& call, Duration time) {
  if (call.what == "start") {
    started(call, time);
    return;
  }
  const auto task = *TaskId::parse(call.task_uuid);
  const auto it = std::find_if(processes_.begin(), processes_.end(), [&](const Process& process) {
    return process.times == call.times && process.task == task;
  });
  if (it == processes_.end()) return;
  trace_.add(call.at, call.what, it->run.uuid());
  if (time > it->slot_ends + kGrace) {
    findings_.report(Rule::tools_end, call.at, "the tool of " + describe(it->run, it->times) + " worked on");
  }
  ledger_.tool_has_gone(it->run, time);
  processes_.erase(it);
}

void ToolWatch::started(const test::ToolCall& call, Duration time) {
  ++started_;
  const auto task = *TaskId::parse(call.task_uuid);
  const auto [id, run] = ledger_.unfinished_run(task, call.times.start);
  if (run == nullptr) {
    findings_.report(Rule::agreed_before_started, call.at,
                     "a tool of task " + call.task_uuid + " was started for a run at " +
                         format_timestamp(call.times.start, Zone::utc()) + " that is not in the store");
    return;
  }
  trace_.add(call.at, "start", id.uuid());
  const auto scheduling_class = ledger_.task(task)->scheduling_class;
  const auto& rules = traits(scheduling_class);
  const bool may_go_on = rules.multi_result;
  if (run->state != RunState::on_deck && run->state != RunState::running) {
    findings_.report(Rule::agreed_before_started, call.at,
                     "the tool of " + describe(id, run->times) + " was started while the run was " +
                         std::string(traits(run->state).name));
  }
  if (++run->tool_starts > 1 && !may_go_on) {
    findings_.report(Rule::nothing_twice, call.at,
                     "the tool of " + describe(id, run->times) + " was started again");
  }
  // What the tool may use was settled just before. If the calendar was set meanwhile, that is its whole slot.
  const Duration shown = call.times.end - call.at;
  Duration left = shown;
  if (clock_set_ && time < *clock_set_ + kStartingMax) {
    left = std::max(left, call.times.length() + kStartingMax);
  }
  // One that disturbs nobody may be as long as planned, however late a slow store let it begin.
  if (rules.anytime && !rules.multi_result) left = std::max(left, call.times.length());
  Process process{id, task, scheduling_class, call.times, time + left, time + shown};
  if (drift_ppm_ > 0) process.alone_until -= std::min(shown * drift_ppm_ / 1'000'000 + 2us, kUnnoticedMax);
  processes_.push_back(process);
}

bool ToolWatch::is_at_work(RunId run) const {
  return std::any_of(processes_.begin(), processes_.end(),
                     [&](const Process& process) { return process.run == run; });
}

void ToolWatch::check(Instant now, Duration time) {
  for (auto& process : processes_) {
    if (!process.works && now >= process.times.start) begin(process, now, time);
    if (time > process.slot_ends + kGrace) {
      findings_.report(Rule::tools_end, now,
                       "the tool of " + describe(process.run, process.times) + " still works");
    }
  }
}

// A process that is started ahead of its slot gets ready and waits; from then on it works.
void ToolWatch::begin(Process& process, Instant now, Duration time) {
  for (const auto& other : processes_) {
    if (&other == &process || !other.works || time >= other.alone_until) continue;
    if (schedule::may_overlap(process.scheduling_class, other.scheduling_class)) continue;
    findings_.report(Rule::exclusive_alone, now,
                     "the tools of " + describe(process.run, process.times) + " and of " +
                         describe(other.run, other.times) + " work at the same time");
  }
  process.works = true;
}

}  // namespace pscheduler::sim
