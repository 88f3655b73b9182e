#include "sim/year.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/node.hpp"

namespace pscheduler::sim {

using namespace std::chrono_literals;

Year simulate_year(const std::function<void(int day)>& on_day) {
  constexpr int kDays = 365;
  Findings findings;
  Trace trace;
  Year year;
  Node node(1, {.store_in_memory = true, .commits_take_time = false}, findings, trace);
  node.power_on();
  const Json task = {{"test", {{"type", "exclusive"}, {"spec", {{"seconds", 20}}}}},
                     {"schedule", {{"repeat", "PT1M"}}}};
  const auto pending = node.world().begin("POST", "/tasks", task.dump());
  for (int day = 1; day <= kDays && !findings.first(); ++day) {
    const Duration until = day * 24h;
    while (node.time() < until && !findings.first()) node.go_on(until);
    year.runs_kept_max = std::max<std::uint64_t>(year.runs_kept_max, node.ledger().runs().size());
    on_day(day);
  }
  node.shut_down();
  year.violation = findings.first();
  year.runs = node.ledger().runs_ever();
  year.tools = node.tools().started();
  return year;
}

}  // namespace pscheduler::sim
