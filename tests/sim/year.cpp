#include <nlohmann/json.hpp>

#include "sim/simulation.hpp"

namespace pscheduler::sim {

using namespace std::chrono_literals;

Outcome simulate_year() {
  constexpr Duration kYear = std::chrono::hours(24 * 365);
  Findings findings;
  Trace trace;
  Node node(1, {.commits_take_time = false}, findings, trace);
  node.power_on();
  const Json task = {{"test", {{"type", "exclusive"}, {"spec", {{"seconds", 20}}}}},
                     {"schedule", {{"repeat", "PT1M"}}}};
  const auto pending = node.world().begin("POST", "/tasks", task.dump());
  while (node.time() < kYear && !findings.first()) node.go_on(kYear);
  node.shut_down();
  return {findings.first(), trace.hash(), node.ledger().runs().size(), node.tools().started(), 1};
}

}  // namespace pscheduler::sim
