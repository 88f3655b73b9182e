#include "sim/simulation.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/inspection.hpp"

namespace pscheduler::sim {

using namespace std::chrono_literals;

namespace {

// More steps than this without time going on are a loop that never ends.
constexpr int kStepsAtOneTimeMax = 10'000;

constexpr Duration kInspectionInterval = 7min;

// The usual one of a day fills the database with runs that are never reached.
constexpr std::array<Duration, 4> kHorizons = {20min, 2h, 2h, 24h};

// How long what is over is kept; the last is the usual one.
constexpr std::array<Duration, 3> kKeeps = {20min, 2h, 48h};

// Most clocks go right; a quartz is off by this much at the most.
constexpr std::int64_t kDriftMaxPpm = 100;
constexpr std::array<std::int64_t, 4> kDrifts = {0, 0, -kDriftMaxPpm, kDriftMaxPpm};

std::string path_of(const std::string& url) {
  return url.substr(url.find("/tasks/"));
}

}  // namespace

Simulation::Simulation(const SimulationOptions& options)
    : options_(options),
      chance_(options.seed),
      trace_(options.tell),
      workload_(chance_),
      node_(chance_.next(), node_options(), findings_, trace_) {
  choose_climate();
}

NodeOptions Simulation::node_options() {
  NodeOptions options;
  options.horizon = chance_.pick(kHorizons);
  options.keep = chance_.pick(kKeeps);
  options.plant_overlap = options_.plant_overlap;
  if (options_.clock_steps) options.drift_ppm = chance_.pick(kDrifts);
  return options;
}

// Some nodes are never disturbed, some by one thing alone, some by everything.
void Simulation::choose_climate() {
  for (const auto fault :
       {Fault::power_loss, Fault::full_disk, Fault::slow_disk, Fault::odd_plugins, Fault::clock_step}) {
    if (fault == Fault::clock_step && !options_.clock_steps) continue;
    if (chance_.one_in(2)) climate_.push_back(fault);
  }
  next_fault_ = climate_.empty() ? Duration::max() : chance_.between(Duration(0), Duration(30min));
}

Outcome Simulation::run() {
  go_on(options_.length);
  node_.end_faults();
  next_request_ = next_fault_ = Duration::max();
  go_on(options_.length + options_.calm);
  if (!findings_.first() && node_.on()) {
    inspect(node_, accepted_, findings_);
    node_.shut_down();
  }
  return {findings_.first(), trace_.hash(), node_.ledger().runs_ever(), node_.tools().started(), lives_};
}

void Simulation::go_on(Duration until) {
  while (node_.time() < until && !findings_.first()) step(until);
}

void Simulation::step(Duration until) {
  if (!node_.on() && !power_back_) {
    asked_.clear();
    power_back_ = node_.time() + (chance_.one_in(3) ? chance_.between(Duration(1min), Duration(2h))
                                                    : chance_.between(Duration(1s), Duration(1min)));
    if (lives_ == 0) power_back_ = node_.time();
  }
  if (power_back_ && *power_back_ <= node_.time()) {
    power_back_.reset();
    ++lives_;
    if (lives_ > 1 && chance_.one_in(4)) node_.lose_power_at_commit(chance_.below(6), chance_.one_in(2));
    node_.power_on();
    if (node_.on()) inspect_start(node_, findings_);
    return;
  }
  node_.go_on(std::min({until, next_request_, next_fault_, next_inspection_, power_back_.value_or(until)}));
  steps_at_this_time_ = node_.time() == last_time_ ? steps_at_this_time_ + 1 : 0;
  last_time_ = node_.time();
  if (steps_at_this_time_ > kStepsAtOneTimeMax) {
    findings_.report(Rule::no_mistakes, node_.now(), "the node is busy and time does not go on");
  }
  if (node_.time() >= next_request_) ask();
  if (node_.time() >= next_fault_) do_harm();
  if (node_.on()) take_answers();
  if (node_.on()) inspect_ends(node_, findings_);
  if (node_.time() >= next_inspection_) {
    next_inspection_ = node_.time() + kInspectionInterval;
    if (node_.on()) inspect(node_, accepted_, findings_);
  }
}

void Simulation::ask() {
  next_request_ = node_.time() + workload_.pause();
  if (!node_.on()) return;
  Request request = workload_.request(node_.now());
  trace_.add(node_.now(), "ask", {}, request.method + " " + request.target + " " + request.body);
  if (const auto run = request.target.find("/runs/");
      request.method == "DELETE" && run != std::string::npos) {
    node_.will_be_asked_to_remove(*RunId::parse(request.target.substr(run + 6)));
  }
  auto pending = node_.world().begin(request.method, request.target, request.body);
  asked_.push_back({std::move(request), std::move(pending)});
  node_.settle();
}

void Simulation::take_answers() {
  const auto answered = std::stable_partition(asked_.begin(), asked_.end(),
                                              [](const Asked& asked) { return !asked.pending->answer; });
  for (auto it = answered; it != asked_.end(); ++it) take_answer(*it);
  asked_.erase(answered, asked_.end());
}

void Simulation::take_answer(const Asked& asked) {
  const auto& answer = *asked.pending->answer;
  trace_.add(answer.at, "answer", {}, std::to_string(answer.status));
  const bool may_be_unable = node_.time() <= node_.last_trouble() + 10s;
  if (answer.status >= 500 && !may_be_unable) {
    findings_.report(Rule::answers_in_order, answer.at,
                     asked.request.method + " " + asked.request.target + " " + asked.request.body +
                         " was answered with " + std::to_string(answer.status) + ": " + answer.body);
  }
  if (answer.status != 200) return;
  const auto body = Json::parse(answer.body, nullptr, false);
  if (asked.request.method == "POST" && asked.request.target == "/tasks") {
    const auto path = path_of(body.get<std::string>());
    accepted_.emplace(*TaskId::parse(path.substr(path.rfind('/') + 1)), node_.time());
    workload_.accepted(path);
  } else if (asked.request.method == "GET" && asked.request.target.ends_with("/runs") && !body.empty()) {
    workload_.seen(path_of(body[chance_.below(body.size())].get<std::string>()));
  }
}

// NTP, a person, or a host that was suspended.
Duration Simulation::clock_step() {
  switch (chance_.below(3)) {
    case 0:
      return chance_.between(Duration(-3s), Duration(3s));
    case 1:
      return chance_.between(Duration(-1min), Duration(1min));
    default:
      return chance_.between(Duration(-20min), Duration(3h));
  }
}

void Simulation::do_harm() {
  next_fault_ = node_.time() + chance_.between(Duration(1s), Duration(1h));
  if (!node_.on()) return;
  switch (climate_[chance_.below(climate_.size())]) {
    case Fault::power_loss:
      node_.lose_power_at_commit(chance_.below(50), chance_.one_in(2));
      return;
    case Fault::full_disk:
      node_.fill_disk(chance_.between(Duration(1s), Duration(3min)));
      return;
    case Fault::slow_disk:
      node_.slow_disk(chance_.between(Duration(1s), Duration(3min)));
      return;
    case Fault::odd_plugins:
      node_.disturb_plugins(chance_.between(Duration(1s), Duration(5min)));
      return;
    case Fault::clock_step:
      node_.set_clock(clock_step());
      return;
  }
}

}  // namespace pscheduler::sim
