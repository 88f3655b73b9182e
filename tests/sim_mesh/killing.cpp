#include "sim_mesh/killing.hpp"

#include <nlohmann/json.hpp>

#include "sim_mesh/company.hpp"

namespace pscheduler::sim_mesh {

using namespace std::chrono_literals;

namespace {

// How long everybody has to tidy up, from the return of the one who died.
constexpr Duration kTidy = 1min;

constexpr Duration kStart = 30s;
constexpr int kRunSeconds = 10;

class Story {
 public:
  explicit Story(const KillingOptions& options) : options_(options), company_(options.seed) {
    for (const auto* name : {"a", "b", "c"}) {
      test::MeshNodeOptions node;
      if (name == options.victim) node.arrange = [this](test::World& world) { count_commits(world); };
      company_.add(name, options.seed, {.commits_take_time = false}, std::move(node));
    }
    company_.mesh.network.set_silent_when_off(test::Mesh::host(options.victim), options.silent);
    company_.mesh.network.on_arrival = [this](const test::WireCall& call) { pass(call, true); };
    company_.mesh.network.on_end = [this](const test::WireCall& call) { pass(call, false); };
  }

  KillingOutcome run() {
    commits_ = durable_ = 0;
    Json test = test::mesh_test("exclusive", {"a", "b", "c"}, kRunSeconds);
    test["spec"]["does"] = "succeed";
    const Json document = {{"test", std::move(test)},
                           {"schedule", {{"start", test::text_of(test::kNoon + kStart)}, {"slip", "PT5S"}}}};
    const auto posted = company_.mesh["a"].begin("POST", "/tasks", document.dump());
    const Instant over = test::kNoon + kStart + std::chrono::seconds(kRunSeconds) + 1min;
    go_on(over);
    const Instant healed = died_ && back_ ? *back_ : test::kNoon;
    go_on(std::max(over, healed + kTidy));
    company_.inspect_tidiness(company_.now() - kTidy);
    company_.inspect_ends(healed);
    if (posted->answer) {
      outcome_.status = posted->answer->status;
      if (outcome_.status != 200) outcome_.problem = posted->answer->body;
    }
    take_run();
    outcome_.died = died_;
    outcome_.violation = company_.findings.first();
    return outcome_;
  }

 private:
  void go_on(Instant until) {
    while (company_.now() < until && !company_.findings.first()) {
      const bool is_on = company_.mesh.is_on(options_.victim);
      if (!is_on && !back_) back_ = company_.now() + options_.gone_for;
      if (!is_on && *back_ <= company_.now()) {
        company_.mesh.power_on(options_.victim);
      } else {
        company_.step(is_on ? until : std::min(until, *back_));
      }
    }
  }

  void die() {
    died_ = true;
    company_.mesh.lose_power(options_.victim);
  }

  [[nodiscard]] bool is_due(Step::Kind kind, int number) const {
    return !died_ && options_.step && options_.step->kind == kind && options_.step->number == number;
  }

  // A message that the victim gets or has got, or a call of its own.
  void pass(const test::WireCall& call, bool arrives) {
    const auto host = test::Mesh::host(options_.victim);
    if (died_ || (call.to != host && call.from != host)) return;
    if (arrives && is_due(Step::Kind::before_message, arrived_++)) die();
    if (!arrives && is_due(Step::Kind::after_message, ended_++)) die();
    if (!options_.step) outcome_.messages = arrived_;
  }

  // Besides what the member itself does at commits.
  void count_commits(test::World& world) {
    const auto before = world.store.before_commit;
    const auto after = world.store.after_commit;
    world.store.before_commit = [this, before](const ports::Changes& changes) {
      return begin_commit(before(changes));
    };
    world.store.after_commit = [this, after](const ports::Changes& changes) {
      return end_commit(after(changes));
    };
  }
  ports::Async<void> begin_commit(ports::Async<void> members) {
    co_await std::move(members);
    if (died_) co_return;
    if (!options_.step) outcome_.commits = commits_ + 1;
    if (is_due(Step::Kind::commit_is_lost, commits_++)) die();
  }
  ports::Async<void> end_commit(ports::Async<void> members) {
    co_await std::move(members);
    if (is_due(Step::Kind::commit_is_durable, durable_++)) die();
  }

  void take_run() {
    const Part* last = nullptr;
    for (const auto& [id, run] : company_.accord.runs()) {
      const auto found = run.parts.find("a");
      if (found == run.parts.end() || !found->second.there) continue;
      if (last == nullptr || last->since < found->second.since) last = &found->second;
    }
    if (last == nullptr) return;
    outcome_.state = traits(last->state).name;
    if (last->state != RunState::finished) outcome_.problem = last->errors;
  }

  KillingOptions options_;
  KillingOutcome outcome_;
  bool died_ = false;
  std::optional<Instant> back_;
  int arrived_ = 0;
  int ended_ = 0;
  int commits_ = 0;
  int durable_ = 0;
  Company company_;
};

}  // namespace

KillingOutcome kill_at(const KillingOptions& options) {
  return Story(options).run();
}

std::string describe(const KillingOptions& options) {
  std::string text = options.victim + " dies";
  if (!options.step) return options.victim + " lives";
  const std::string number = std::to_string(options.step->number);
  switch (options.step->kind) {
    case Step::Kind::before_message:
      text += " when its message " + number + " arrives";
      break;
    case Step::Kind::after_message:
      text += " when its call " + number + " has ended";
      break;
    case Step::Kind::commit_is_lost:
      text += " at its commit " + number + ", which is lost";
      break;
    case Step::Kind::commit_is_durable:
      text += " at its commit " + number + ", which is durable";
      break;
  }
  return text + (options.silent ? ", is silent" : "") + " and is gone for " +
         std::to_string(std::chrono::duration_cast<std::chrono::seconds>(options.gone_for).count()) + " s";
}

std::string judge(const KillingOptions& options, const KillingOutcome& outcome) {
  if (outcome.violation) return outcome.violation->detail;
  if (outcome.state == "finished") return {};
  if (!outcome.died) return "nobody died, but the run is " + outcome.state + ": " + outcome.problem;
  // Of its own death the lead can tell nobody until it is back.
  if (options.victim == "a") {
    const bool said = outcome.status != 200 || !outcome.problem.empty();
    return said ? "" : "the run is " + outcome.state + " and nobody says why";
  }
  if (outcome.problem.find(test::Mesh::host(options.victim)) != std::string::npos) return {};
  return "the answer is " + std::to_string(outcome.status) + ", the run is \"" + outcome.state +
         "\", and what is said does not name the one who died: " + outcome.problem;
}

}  // namespace pscheduler::sim_mesh
