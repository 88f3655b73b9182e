#include "sim_mesh/simulation.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace pscheduler::sim_mesh {

using namespace std::chrono_literals;

namespace {

// How long everybody has to tidy up.
constexpr Duration kTidy = 1min;

constexpr std::uint64_t kNodesMax = 5;

// What is left of a clock's error when NTP does its work, and when it does not.
constexpr std::array<Duration, 4> kOffsetsMax = {Duration(0), 10ms, 500ms, 5s};

constexpr std::int64_t kDriftMaxPpm = 50;

}  // namespace

Simulation::Simulation(const SimulationOptions& options)
    : options_(options),
      chance_(options.seed),
      company_(chance_.next(), options.tell),
      next_request_(test::kNoon) {
  add_members();
  std::vector<std::string> names;
  for (const auto& member : company_.members) names.push_back(member->name());
  workload_.emplace(chance_, std::move(names));
  weather_.emplace(chance_, company_.mesh, company_.members);
}

void Simulation::add_members() {
  const auto count = static_cast<char>(2 + chance_.below(kNodesMax - 1));
  const Duration offset_max = chance_.pick(kOffsetsMax);
  for (char letter = 'a'; letter < 'a' + count; ++letter) {
    const std::string name(1, letter);
    MemberOptions options;
    options.commits_take_time = chance_.one_in(2);
    options.plant_overlap = options_.plant_overlap;
    test::MeshNodeOptions node;
    node.clock_offset = chance_.between(-offset_max, offset_max);
    node.drift_ppm = chance_.between(-kDriftMaxPpm, kDriftMaxPpm);
    const auto seed = chance_.next();
    company_.add(name, seed, options, std::move(node));
  }
}

Outcome Simulation::run() {
  go_on(now() + options_.length);
  const Instant healed = now();
  weather_->clear_up(healed);
  next_request_ = Instant::max();
  go_on(healed + kTidy);
  company_.inspect_tidiness(healed);
  go_on(healed + options_.calm);
  company_.inspect_tidiness(now() - kTidy);
  company_.inspect_ends(healed);
  return outcome();
}

Outcome Simulation::outcome() const {
  Outcome outcome;
  outcome.violation = company_.findings.first();
  outcome.trace = company_.trace.hash();
  outcome.nodes = company_.members.size();
  outcome.calls = company_.calls;
  for (const auto& member : company_.members) {
    outcome.lives += member->lives();
    outcome.tools += member->tools();
    outcome.commits += member->commits();
  }
  for (const auto& [id, run] : company_.accord.runs()) {
    const auto& task = company_.accord.tasks().at(run.task);
    if (task.nodes.size() < 2) continue;
    ++outcome.runs;
    const auto part = run.parts.find(task.lead());
    if (part != run.parts.end() && part->second.state == RunState::finished) ++outcome.agreed;
  }
  return outcome;
}

void Simulation::go_on(Instant until) {
  while (now() < until && !company_.findings.first()) {
    company_.step(std::min({until, next_request_, weather_->next()}));
    take_answers();
    weather_->go_on(now());
    if (now() >= next_request_) ask(now());
  }
}

void Simulation::ask(Instant now) {
  next_request_ = now + workload_->pause();
  Request request = workload_->request(now);
  if (!company_.mesh.is_on(request.node)) return;
  company_.trace.add(now, "ask", {},
                     request.node + " " + request.method + " " + request.target + " " + request.body);
  auto pending = company_.mesh[request.node].begin(request.method, request.target, request.body);
  asked_.push_back({std::move(request), std::move(pending), now});
}

void Simulation::take_answers() {
  std::erase_if(asked_, [this](const Asked& asked) {
    if (asked.pending->answer) take_answer(asked);
    return asked.pending->answer || asked.pending->cancelled;
  });
}

bool Simulation::disk_was_full(const Asked& asked) const {
  return std::any_of(company_.members.begin(), company_.members.end(), [&](const auto& member) {
    return member->name() == asked.request.node && member->disk_was_full(asked.at);
  });
}

void Simulation::take_answer(const Asked& asked) {
  const auto& [request, pending, at] = asked;
  const auto& answer = *pending->answer;
  company_.trace.add(now(), "answer", {},
                     request.node + " " + std::to_string(answer.status) + " " + answer.body);
  if (answer.status >= 500 && !(answer.status == 503 && disk_was_full(asked))) {
    company_.findings.report(Rule::answers_in_order, now(),
                             request.method + " " + request.target + " of " + request.node +
                                 " was answered with " + std::to_string(answer.status) + ": " + answer.body);
  }
  if (answer.status != 200) return;
  const auto body = Json::parse(answer.body, nullptr, false);
  if (request.method == "POST") {
    const auto path = path_of(body.get<std::string>());
    company_.accord.accepted(*TaskId::parse(path.substr(path.rfind('/') + 1)), now());
    workload_->accepted(request.node, path);
  } else if (request.method == "GET" && body.is_array() && !body.empty()) {
    workload_->seen(request.node, path_of(body[chance_.below(body.size())].get<std::string>()));
  }
}

}  // namespace pscheduler::sim_mesh
