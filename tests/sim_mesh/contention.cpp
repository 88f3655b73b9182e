#include "sim_mesh/contention.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim_mesh/company.hpp"

namespace pscheduler::sim_mesh {

using namespace std::chrono_literals;

namespace {

constexpr int kRunSeconds = 5;

// The one that all want.
constexpr const char* kWanted = "c";

std::string lead_name(int number) {
  return "lead" + std::to_string(number);
}

int seconds_between_runs(const ContentionOptions& options) {
  return options.room_for_all ? (options.leads + 1) * kRunSeconds : kRunSeconds;
}

Json document_of(const std::string& lead, const ContentionOptions& options) {
  Json schedule = {{"start", test::text_of(test::kNoon + 1min)}, {"max-runs", options.runs}};
  schedule["repeat"] = "PT" + std::to_string(seconds_between_runs(options)) + "S";
  if (options.room_for_all) schedule["slip"] = "PT" + std::to_string(options.leads * kRunSeconds) + "S";
  Json test = test::mesh_test("exclusive", {lead, kWanted}, kRunSeconds);
  test["spec"]["does"] = "succeed";
  return {{"test", std::move(test)}, {"schedule", std::move(schedule)}};
}

bool names_the_wanted(const std::string& text) {
  return text.find(test::Mesh::host(kWanted)) != std::string::npos;
}

// An attempt that was planned more than once has a run for each time.
ContentionOutcome::Lead judge(const Company& company, const std::string& lead) {
  ContentionOutcome::Lead outcome;
  std::map<Instant, const Part*> attempts;
  for (const auto& [id, run] : company.accord.runs()) {
    if (company.accord.tasks().at(run.task).lead() != lead) continue;
    const auto& part = run.parts.at(lead);
    if (!part.there || !part.nominal) continue;
    auto& last = attempts.try_emplace(*part.nominal, &part).first->second;
    if (part.state == RunState::finished || last->since < part.since) last = &part;
  }
  for (const auto& [nominal, part] : attempts) {
    if (part->state == RunState::finished) {
      ++outcome.finished;
      outcome.latest = std::max(outcome.latest, part->times.start - nominal);
    } else if (part->state == RunState::nonstart || part->state == RunState::preempted) {
      outcome.explained += names_the_wanted(part->errors) ? 1 : 0;
    }
  }
  return outcome;
}

}  // namespace

bool ContentionOutcome::is_fair() const {
  int all = 0;
  for (const auto& lead : leads) all += lead.finished;
  const auto share = static_cast<double>(all) / static_cast<double>(leads.size());
  return std::all_of(leads.begin(), leads.end(), [&](const Lead& lead) {
    return lead.finished >= 0.8 * share && lead.finished <= 1.2 * share;
  });
}

ContentionOutcome contend(const ContentionOptions& options) {
  Company company(options.seed);
  company.add(kWanted, options.seed);
  std::vector<std::shared_ptr<test::Pending>> posted;
  for (int i = 0; i < options.leads; ++i) company.add(lead_name(i), options.seed);
  for (int i = 0; i < options.leads; ++i) {
    const auto lead = lead_name(i);
    posted.push_back(company.mesh[lead].begin("POST", "/tasks", document_of(lead, options).dump()));
  }
  const auto each = std::chrono::seconds(seconds_between_runs(options));
  company.go_on(test::kNoon + 1min + options.runs * each + 3min);
  company.inspect_tidiness(company.now() - 1min);
  company.inspect_ends(test::kNoon);
  ContentionOutcome outcome;
  for (int i = 0; i < options.leads; ++i) outcome.leads.push_back(judge(company, lead_name(i)));
  outcome.violation = company.findings.first();
  outcome.calls = company.calls;
  return outcome;
}

}  // namespace pscheduler::sim_mesh
