#include "sim_mesh/dead_node.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim_mesh/company.hpp"

namespace pscheduler::sim_mesh {

using namespace std::chrono_literals;

namespace {

// Runs are agreed on so far ahead, so that agreeing goes on all the time.
constexpr Duration kHorizon = 3min;

// The same on every line, so that two meshes can be compared.
constexpr Duration kLatency = 10ms;

// All tasks are there, and the first runs are over.
constexpr Duration kDeath = 3min;

constexpr int kRepeatSeconds = 60;

class Meshwork {
 public:
  explicit Meshwork(const DeadNodeOptions& options) : options_(options), company_(options.seed) {
    company_.mesh.network.set_all_links({.latency_min = kLatency, .latency_max = kLatency});
    for (int i = options.one_is_dead ? 0 : 1; i < options.nodes; ++i) {
      company_.add(name_of(i), options.seed, {.commits_take_time = false}, {.horizon = kHorizon});
    }
    company_.mesh.network.on_end = [this](const test::WireCall& call) { count(call); };
  }

  DeadNodeOutcome run() {
    post_all();
    company_.go_on(died_at());
    if (options_.one_is_dead) {
      company_.mesh.network.set_silent_when_off(test::Mesh::host(name_of(0)));
      company_.mesh.lose_power(name_of(0));
    }
    company_.go_on(died_at() + options_.length / 2);
    post_new_ones();
    company_.go_on(died_at() + options_.length);
    for (const auto& [id, run] : company_.accord.runs()) judge(run);
    outcome_.violation = company_.findings.first();
    return outcome_;
  }

 private:
  static std::string name_of(int i) { return "n" + std::to_string(i); }
  static Instant died_at() { return test::kNoon + kDeath; }

  void count(const test::WireCall& call) {
    if (call.at < died_at()) return;
    ++(node_of(call.to) == name_of(0) ? outcome_.calls_to_the_dead : outcome_.calls);
  }

  Json document_of(int lead, int other, const Json& schedule) const {
    Json test = test::mesh_test("normal", {name_of(lead), name_of(other)}, 5);
    test["spec"]["does"] = "succeed";
    return {{"test", std::move(test)}, {"schedule", schedule}};
  }

  // One after the other, each lead its tasks; those that name the dead have their places whether it is there
  // or not.
  void post_all() {
    int place = 0;
    for (int lead = 0; lead < options_.nodes; ++lead) {
      for (int step = 1; step <= options_.neighbours; ++step, ++place) {
        const int other = (lead + step) % options_.nodes;
        const Instant start = test::kNoon + 1min + std::chrono::seconds(place % kRepeatSeconds);
        const Json schedule = {{"start", test::text_of(start)}, {"repeat", "PT1M"}, {"slip", "PT30S"}};
        company_.go_on(company_.now() + 50ms);
        if (!options_.one_is_dead && (lead == 0 || other == 0)) continue;
        posted_.push_back(
            company_.mesh[name_of(lead)].begin("POST", "/tasks", document_of(lead, other, schedule).dump()));
      }
    }
  }

  // Each of the living asks for a measurement with the next one, now.
  void post_new_ones() {
    for (int lead = 1; lead + 1 < options_.nodes; ++lead) {
      const Instant begun = company_.now();
      const auto document = document_of(lead, lead + 1, Json::object()).dump();
      const auto pending = company_.mesh[name_of(lead)].begin("POST", "/tasks", document);
      while (!pending->answer) company_.step(begun + 1min);
      outcome_.new_task_most = std::max(outcome_.new_task_most, company_.now() - begun);
      company_.go_on(begun + 1s);
    }
  }

  void judge(const SharedRun& run) {
    const auto& task = company_.accord.tasks().at(run.task);
    const auto found = run.parts.find(task.lead());
    if (found == run.parts.end() || !found->second.there) return;
    const auto& part = found->second;
    if (part.times.start < died_at() || part.times.end > company_.now() - 1min) return;
    const bool names_the_dead =
        std::find(task.nodes.begin(), task.nodes.end(), name_of(0)) != task.nodes.end();
    if (names_the_dead) {
      outcome_.runs_of_the_dead += part.ended && !part.errors.empty() ? 1 : 0;
      return;
    }
    ++outcome_.runs;
    if (part.state != RunState::finished) {
      ++outcome_.not_finished;
      return;
    }
    const Duration late = part.times.start - part.nominal.value_or(part.times.start);
    const Duration end = *part.ended - part.times.end;
    outcome_.late_in_all += late;
    outcome_.late_most = std::max(outcome_.late_most, late);
    outcome_.end_in_all += end;
    outcome_.end_most = std::max(outcome_.end_most, end);
  }

  DeadNodeOptions options_;
  DeadNodeOutcome outcome_;
  std::vector<std::shared_ptr<test::Pending>> posted_;
  Company company_;
};

}  // namespace

DeadNodeOutcome live_on(const DeadNodeOptions& options) {
  return Meshwork(options).run();
}

}  // namespace pscheduler::sim_mesh
