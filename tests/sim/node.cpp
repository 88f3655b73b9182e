#include "sim/node.hpp"

#include <algorithm>

#include "memory_store/memory_store.hpp"
#include "sim/workload.hpp"

namespace pscheduler::sim {

using namespace std::chrono_literals;

namespace {

// After a fault has ended: what waits for it tries again every second, and then has to be done.
constexpr Duration kConvalescence = 5s;

// How long a plug-in's answer may take while plug-ins are odd.
constexpr Duration kSlowAnswerMax = 8s;

// How long an archiver takes for a record, in good times and while plug-ins are odd.
constexpr Duration kArchiving = 200ms;
constexpr Duration kSlowArchiving = 8s;

// How long a commit may take, in good times and on a disk with other work to do.
constexpr Duration kCommitMax = 20ms;
constexpr Duration kSlowCommitMax = 3s;

// Counts something that is under way.
struct UnderWay {
  explicit UnderWay(int& counter) : count(counter) { ++count; }
  ~UnderWay() { --count; }
  UnderWay(const UnderWay&) = delete;
  int& count;
};

}  // namespace

Node::Node(std::uint64_t seed, const NodeOptions& options, Findings& findings, Trace& trace)
    : chance_(seed),
      options_(options),
      findings_(findings),
      trace_(trace),
      ledger_(options.keep, findings, trace),
      tools_(options.drift_ppm, ledger_, findings, trace),
      archives_(ledger_, options.keep, findings, trace),
      off_now_(options.start) {}

Node::~Node() {
  if (!world_) return;
  power_lost_ = true;
  end_world();
}

Duration Node::time() const {
  return world_ ? world_began_ + world_->clock.steady() : off_time_;
}

Instant Node::now() const {
  return world_ ? world_->clock.now() : off_now_;
}

void Node::power_on() {
  test::WorldOptions options;
  options.start = off_now_;
  options.seed = chance_.next();
  options.horizon = options_.horizon;
  options.keep = options_.keep;
  options.store_threads = adapters::StoreThreads::none;
  if (options_.store_in_memory) options.make_store = [] { return std::make_unique<test::MemoryStore>(); };
  options.starts = false;
  power_lost_ = false;
  under_way_ = 0;
  disk_free_at_ = off_time_;
  trace_.add(off_now_, "power-on");
  auto world = std::make_unique<test::World>(folder_.path(), options);
  world_began_ = off_time_;
  world_ = std::move(world);
  last_trouble_ = std::max(last_trouble_, off_time_);
  arrange();
  check_what_was_kept();
  const auto to_come = runs_to_come();
  try {
    world_->start();
  } catch (const std::runtime_error&) {
    if (!power_lost_) throw;
  }
  settle();
  if (on()) check_still_to_come(to_come);
}

// The hooks of a life say nothing any more once its power is gone, although its coroutines still come to
// their ends.
void Node::arrange() {
  auto& world = *world_;
  world.store.refuses = [this](const ports::Changes&) { return time() < disk_full_until_; };
  world.store.before_commit = [this](const ports::Changes&) { return before_commit(); };
  world.store.after_commit = [this](const ports::Changes& changes) { return after_commit(changes); };
  if (options_.plant_overlap) {
    world.store.change_task = [this](Task& task) {
      if (task.scheduling_class == SchedulingClass::exclusive && chance_.one_in(10)) {
        task.scheduling_class = SchedulingClass::background;
      }
    };
  }
  world.plugins.script_for = script_of;
  world.plugins.before_answer = [this](const std::string&) { return before_answer(); };
  world.plugins.on_call = [this](const test::ToolCall& call) {
    if (!power_lost_) tools_.take(call, time());
  };
  world.plugins.on_archive = [this](const test::ArchiverCall& call) { return archive(call); };
}

Result<services::ArchiverReply> Node::archive(const test::ArchiverCall& call) {
  auto reply = reply_to(call);
  if (time() < plugins_odd_until_ && chance_.one_in(4)) {
    reply = fail(Errc::unavailable, "There are too many processes.");
  }
  if (!power_lost_) archives_.take(call, reply);
  return reply;
}

ports::Async<void> Node::wait_in_line(Duration length) {
  // In the order in which they came, as the writer of the store makes them.
  disk_free_at_ = std::max(disk_free_at_ + Duration(1), time() + length);
  const Duration until = disk_free_at_;
  co_await world_->clock.sleep_for(until - time());
}

ports::Async<void> Node::before_commit() {
  if (power_lost_) co_return;
  const UnderWay counted(under_way_);
  if (time() < disk_slow_until_) {
    co_await wait_in_line(chance_.between(Duration(0), kSlowCommitMax));
  } else if (options_.commits_take_time && chance_.one_in(8)) {
    co_await wait_in_line(chance_.between(Duration(0), kCommitMax));
  } else if (disk_free_at_ >= time()) {
    co_await wait_in_line(Duration(0));
  }
  if (power_lost_ || !commits_left_ || (*commits_left_)-- > 0) co_return;
  commits_left_.reset();
  if (goes_when_durable_) {
    goes_with_next_ = true;
  } else {
    cut_power();
  }
}

// What had become durable when the power went is taken note of, too, though nobody heard of it.
ports::Async<void> Node::after_commit(ports::Changes changes) {
  archives_.take(changes, now());
  ledger_.take(changes, now());
  if (goes_with_next_) cut_power();
  co_return;
}

void Node::cut_power() {
  goes_with_next_ = false;
  power_lost_ = true;
  off_now_ = now();
  off_time_ = time();
  world_->store.cut_power();
}

ports::AsyncResult<void> Node::before_answer() {
  if (power_lost_ || time() >= plugins_odd_until_) co_return Result<void>{};
  const UnderWay counted(under_way_);
  co_await world_->clock.sleep_for(chance_.between(Duration(0), kSlowAnswerMax));
  if (!power_lost_) last_trouble_ = std::max(last_trouble_, time());
  if (chance_.one_in(4)) co_return fail(Errc::plugin_failed, "The plug-in broke.");
  co_return Result<void>{};
}

void Node::settle() {
  if (!world_) return;
  world_->settle();
  if (power_lost_) {
    bury();
    return;
  }
  tools_.check(now(), time());
  world_->plugins.calls.clear();
  world_->plugins.archived.clear();
  world_->plugins.archiving_takes = time() < plugins_odd_until_ ? kSlowArchiving : kArchiving;
  const auto& ids = world_->log.ids;
  for (const auto* mistake :
       {"RUN_EXECUTION_BROKEN", "PLANNING_BROKEN", "RUN_STATE_REFUSED", "ARCHIVING_BROKEN"}) {
    if (std::find(ids.begin(), ids.end(), mistake) != ids.end()) {
      findings_.report(Rule::no_mistakes, now(), std::string("the log has ") + mistake);
    }
  }
  world_->log.ids.clear();
  note_calm();
}

void Node::note_calm() {
  if (time() < last_trouble_) {
    calm_goes_on_ = false;
    return;
  }
  if (!calm_goes_on_) calm_.push_back({time(), time(), now(), now()});
  calm_goes_on_ = true;
  calm_.back().end = time();
  calm_.back().shows_at_end = now();
}

void Node::go_on(Duration limit) {
  if (!world_) {
    off_now_ += limit - off_time_;
    off_time_ = limit;
    return;
  }
  auto& clock = world_->clock;
  const Instant at_limit = clock.now() + (limit - time());
  const auto next = clock.next_alarm();
  const Duration before = time();
  clock.move_to(next ? std::clamp(*next, clock.now(), at_limit) : at_limit);
  drift(time() - before);
  settle();
}

// As the calendar of a node that NTP does not reach.
void Node::drift(Duration passed) {
  constexpr std::int64_t kMillion = 1'000'000;
  drift_owed_ += passed.count() * options_.drift_ppm;
  const Duration step(drift_owed_ / kMillion);
  drift_owed_ -= step.count() * kMillion;
  if (step != Duration::zero()) world_->clock.step(step);
}

void Node::lose_power_at_commit(std::uint64_t commits_from_now, bool once_it_is_durable) {
  commits_left_ = commits_from_now;
  goes_when_durable_ = once_it_is_durable;
}

// What nobody sees any more still runs to its end, on its own clock.
void Node::bury() {
  trace_.add(off_now_, "power-off");
  tools_.power_lost();
  archives_.power_lost();
  calm_goes_on_ = false;
  end_world();
  commits_left_.reset();
}

// Commits go on although those who wanted them are gone.
void Node::end_world() {
  world_->crash();
  while (under_way_ > 0) world_->advance(kSlowCommitMax);
  world_.reset();
}

void Node::shut_down() {
  if (!world_) return;
  world_->stop();
  if (!power_lost_) tools_.check(now(), time());
}

void Node::set_clock(Duration step) {
  if (!world_) {
    off_now_ += step;
  } else {
    world_->clock.step(step);
  }
  tools_.clock_was_set(time());
  trace_.add(now(), "clock-set");
  last_trouble_ = std::max(last_trouble_, time());
  calm_goes_on_ = false;
  settle();
}

Duration Node::trouble_until(Duration length) {
  const Duration until = time() + length;
  last_trouble_ = std::max(last_trouble_, until);
  return until;
}

void Node::end_faults() {
  const Duration at = time();
  disk_full_until_ = disk_slow_until_ = plugins_odd_until_ = at;
  last_trouble_ = at;
  commits_left_.reset();
}

bool Node::is_idle() const {
  const Duration faults_end = std::max({disk_full_until_, disk_slow_until_, plugins_odd_until_});
  return on() && under_way_ == 0 && time() >= faults_end;
}

bool Node::is_quiet() const {
  return is_idle() && time() > last_trouble_ + kConvalescence;
}

}  // namespace pscheduler::sim
