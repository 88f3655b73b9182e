#include "sim_mesh/contention.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim_mesh/company.hpp"

namespace pscheduler::sim_mesh {

using namespace std::chrono_literals;

namespace {

constexpr int kRunSeconds = 5;
constexpr int kRepeatWithRoom = 3 * kRunSeconds;

Json document_of(const std::string& lead, const ContentionOptions& options) {
  Json schedule = {{"start", test::text_of(test::kNoon + 1min)}, {"max-runs", options.runs}};
  if (options.room_for_both) {
    schedule["repeat"] = "PT" + std::to_string(kRepeatWithRoom) + "S";
    schedule["slip"] = "PT" + std::to_string(2 * kRunSeconds) + "S";
  } else {
    schedule["repeat"] = "PT" + std::to_string(kRunSeconds) + "S";
  }
  Json test = test::mesh_test("exclusive", {lead, "c"}, kRunSeconds);
  test["spec"]["does"] = "succeed";
  return {{"test", std::move(test)}, {"schedule", std::move(schedule)}};
}

ContentionOutcome::Lead judge(const Company& company, const std::string& lead) {
  ContentionOutcome::Lead outcome;
  for (const auto& [id, run] : company.accord.runs()) {
    if (company.accord.tasks().at(run.task).lead() != lead) continue;
    const auto& part = run.parts.at(lead);
    if (!part.there) continue;
    if (part.state == RunState::finished) {
      ++outcome.finished;
      outcome.latest = std::max(outcome.latest, part.times.start - part.nominal.value_or(part.times.start));
    } else if (part.state == RunState::nonstart && part.errors.find("c.example") != std::string::npos) {
      ++outcome.explained;
    }
  }
  return outcome;
}

}  // namespace

ContentionOutcome contend(const ContentionOptions& options) {
  Company company(options.seed);
  for (const auto* name : {"a", "b", "c"}) company.add(name, options.seed);
  std::vector<std::shared_ptr<test::Pending>> posted;
  for (const auto* lead : {"a", "b"}) {
    posted.push_back(company.mesh[lead].begin("POST", "/tasks", document_of(lead, options).dump()));
  }
  const auto each = std::chrono::seconds(options.room_for_both ? kRepeatWithRoom : kRunSeconds);
  company.go_on(test::kNoon + 1min + options.runs * each + 3min);
  company.inspect_tidiness(company.now() - 1min);
  company.inspect_ends(test::kNoon);
  ContentionOutcome outcome;
  outcome.one = judge(company, "a");
  outcome.other = judge(company, "b");
  outcome.violation = company.findings.first();
  outcome.calls = company.calls;
  return outcome;
}

}  // namespace pscheduler::sim_mesh
