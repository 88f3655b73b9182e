#include "sim_mesh/member.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace pscheduler::sim_mesh {

using namespace std::chrono_literals;

namespace {

constexpr Duration kCommitMax = 20ms;

// A lead that waits for the results of others gives them 15 s, asks for their clocks for 10 s and its plug-in
// to merge; what it agrees on too late takes two calls of 30 s each.
constexpr Duration kEndsWithin = 90s;

// Tools have the rest of their time, whatever the calendar says.
constexpr Duration kToolMax = 60s;

// What the tool of a run does, as the task's spec has it.
test::ToolScript script_of(const services::ToolRun& run) {
  const auto& spec = run.test->at("spec");
  const auto deed = spec.value("does", "succeed");
  const Duration length = run.times.length();
  test::ToolScript script;
  if (deed != "succeed") script.ends_after = length / 2;  // else at the end of its slot
  if (deed == "fail") {
    script.outcome.status = 1;
    script.outcome.errors = "Nobody answered.";
  }
  if (spec.contains("every")) {
    for (Duration at = 10s; at < length; at += 10s) script.records.emplace_back(at, R"({"succeeded":true})");
  }
  return script;
}

// Whoever has not measured has spoilt it.
Result<Json> merge(const Json& results) {
  const bool all = std::all_of(results.begin(), results.end(), [](const Json& result) {
    return result.is_object() && result.value("succeeded", false);
  });
  if (all) return Json{{"succeeded", true}};
  return Json{{"succeeded", false}, {"error", "Not all participants have measured."}};
}

}  // namespace

Member::Member(std::string name, test::Mesh& mesh, Accord& accord, Findings& findings, sim::Trace& trace,
               std::uint64_t seed, MemberOptions options)
    : name_(std::move(name)),
      mesh_(mesh),
      accord_(accord),
      findings_(findings),
      trace_(trace),
      chance_(seed),
      options_(options),
      record_(name_, findings, trace) {}

// The hooks of a life say nothing any more once its power is gone, although its coroutines still come to
// their ends; what had become durable by then counts.
void Member::arrange(test::World& world) {
  record_.power_lost();
  goes_with_this_ = false;
  disk_free_at_ = {};
  on_since_ = true_now();
  was_on_ = true;
  ++lives_;
  trace_.add(true_now(), "power-on", {}, name_);
  world.store.before_commit = [this, &world](const ports::Changes&) { return before_commit(world); };
  world.store.refuses = [this](const ports::Changes&) { return true_now() < disk_full_until_; };
  world.store.after_commit = [this, &world](const ports::Changes& changes) {
    return after_commit(world, changes);
  };
  if (options_.plant_overlap) {
    world.store.change_task = [this](Task& task) {
      const bool led_elsewhere = !task.leads() && task.scheduling_class == SchedulingClass::exclusive;
      if (led_elsewhere && chance_.one_in(3)) task.scheduling_class = SchedulingClass::background;
    };
  }
  world.plugins.script_for = script_of;
  world.plugins.merge = merge;
  world.plugins.on_call = [this, &world](const test::ToolCall& call) {
    if (world.has_power()) take_call(call);
  };
}

// In the order in which they came, as the writer of the store makes them.
ports::Async<void> Member::before_commit(test::World& world) {
  if (!world.has_power()) co_return;
  const Duration now = world.clock.steady();
  Duration takes{};
  if (options_.commits_take_time && chance_.one_in(8)) takes = chance_.between(Duration(0), kCommitMax);
  if (takes > Duration::zero() || disk_free_at_ >= now) {
    disk_free_at_ = std::max(disk_free_at_ + Duration(1), now + takes);
    const Duration wait = disk_free_at_ - now;
    ++waiting_;
    co_await world.clock.sleep_for(wait);
    --waiting_;
  }
  if (!world.has_power()) co_return;
  ++commits_;
  if (!commits_left_ || (*commits_left_)-- > 0) co_return;
  commits_left_.reset();
  if (last_ == test::Mesh::Commit::is_durable) {
    goes_with_this_ = true;
  } else {
    mesh_.lose_power(name_);
  }
}

ports::Async<void> Member::after_commit(test::World& world, ports::Changes changes) {
  for (const auto& errand : changes.new_errands) owed_.emplace(errand.id, true_now());
  for (const auto& errand : changes.removed_errands) owed_.erase(errand);
  accord_.take(name_, changes, true_now());
  record_.take(changes, true_now());
  if (goes_with_this_ && world.has_power()) {
    goes_with_this_ = false;
    mesh_.lose_power(name_);
  }
  co_return;
}

void Member::take_call(const test::ToolCall& call) {
  const auto run = record_.take(call, true_now());
  if (run && call.what == "start") accord_.tool_started(name_, *run, true_now());
}

void Member::look() {
  if (is_on()) {
    auto& world = this->world();
    record_.check_tools(world.clock.now(), true_now());
    world.plugins.calls.clear();
    check_log();
    check_runs_end();
  } else if (was_on_) {
    was_on_ = false;
    wind_up();
    record_.power_lost();
    trace_.add(true_now(), "power-off", {}, name_);
  }
}

void Member::check_log() {
  auto& ids = world().log.ids;
  for (const auto* mistake : {"RUN_EXECUTION_BROKEN", "PLANNING_BROKEN", "RUN_STATE_REFUSED", "ERRAND_BROKEN",
                              "TASK_CREATION_BROKEN"}) {
    if (std::find(ids.begin(), ids.end(), mistake) == ids.end()) continue;
    findings_.report(Rule::no_mistakes, true_now(), "the log of " + name_ + " has " + mistake);
  }
  ids.clear();
}

void Member::check_runs_end() {
  const Instant all_well = std::max({on_since_, disk_full_until_, clock_set_at_ + kToolMax});
  if (true_now() < all_well + kEndsWithin) return;
  const Instant now = world().clock.now();
  for (const auto& [end, id] : record_.unfinished_by_end()) {
    if (now <= end + kEndsWithin) return;
    const auto& run = record_.run(id);
    findings_.report(
        Rule::runs_end, true_now(),
        "on " + name_ + ", " + describe(id, run.times) + " is still " + std::string(traits(run.state).name));
  }
}

void Member::wind_up() {
  while (waiting_ > 0) {
    world().clock.pass(kCommitMax);
    mesh_.settle();
  }
}

std::optional<Instant> Member::owes_since() const {
  std::optional<Instant> first;
  for (const auto& [id, since] : owed_) first = std::min(first.value_or(since), since);
  return first;
}

void Member::spare() {
  commits_left_.reset();
  disk_full_until_ = std::min(disk_full_until_, true_now());
}

void Member::set_clock(Duration step) {
  if (!is_on() || step == Duration::zero()) return;
  set_by_ += step;
  clock_set_at_ = true_now();
  world().clock.step(step);
  trace_.add(true_now(), "clock-set", {}, name_);
  mesh_.settle();
}

void Member::lose_power_at_commit(std::uint64_t commits_from_now, test::Mesh::Commit last) {
  commits_left_ = commits_from_now;
  last_ = last;
}

}  // namespace pscheduler::sim_mesh
