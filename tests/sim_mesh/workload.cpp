#include "sim_mesh/workload.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::sim_mesh {

using namespace std::chrono_literals;

namespace {

constexpr std::array<std::string_view, 8> kTests = {"exclusive", "exclusive", "exclusive",  "exclusive",
                                                    "normal",    "normal",    "background", "multi"};
constexpr std::array<std::int64_t, 7> kLengths = {1, 2, 5, 10, 10, 20, 60};
constexpr std::array<std::int64_t, 6> kRepeats = {5, 10, 20, 30, 60, 300};
constexpr std::array<std::string_view, 8> kDeeds = {"succeed", "succeed", "succeed", "succeed",
                                                    "succeed", "quick",   "quick",   "fail"};

// Those that are asked about again; older ones have mostly ended.
constexpr std::size_t kRemembered = 30;

// Each, in the end, has room beside the others.
constexpr std::int64_t kRunsMax = 20;

std::string duration_text(std::int64_t seconds) {
  return "PT" + std::to_string(seconds) + "S";
}

template <class T>
void remember(std::vector<T>& known, T one) {
  known.push_back(std::move(one));
  if (known.size() > kRemembered) known.erase(known.begin());
}

}  // namespace

Duration Workload::pause() {
  // Several ask at almost the same time, often of different leads.
  return chance_.one_in(2) ? chance_.between(Duration(0), Duration(20ms))
                           : chance_.between(Duration(1s), Duration(100s));
}

void Workload::accepted(const std::string& node, std::string task) {
  remember(tasks_, Place{node, std::move(task)});
}

void Workload::seen(const std::string& node, std::string run) {
  remember(runs_, Place{node, std::move(run)});
}

Request Workload::request(Instant now) {
  if (tasks_.empty() || chance_.below(10) < 6) return new_task(now);
  const auto what = chance_.below(8);
  if (what == 0 && !runs_.empty()) {
    const auto& run = runs_[chance_.below(runs_.size())];
    return {run.node, "DELETE", run.path};
  }
  const auto& task = tasks_[chance_.below(tasks_.size())];
  if (what < 4) return {task.node, "DELETE", task.path};
  return {task.node, "GET", task.path + "/runs"};
}

// The first one leads. Some tasks have a node for themselves.
std::vector<std::string> Workload::participants() {
  std::vector<std::string> left = nodes_;
  const auto count = chance_.one_in(6) ? 1 : 2 + chance_.below(nodes_.size() - 1);
  std::vector<std::string> chosen;
  while (chosen.size() < count) {
    const auto at = left.begin() + static_cast<std::ptrdiff_t>(chance_.below(left.size()));
    chosen.push_back(std::move(*at));
    left.erase(at);
  }
  return chosen;
}

Request Workload::new_task(Instant now) {
  const std::string type(chance_.pick(kTests));
  const auto who = participants();
  const auto seconds = type == "multi" ? 60 : chance_.pick(kLengths);
  Json test = test::mesh_test(type, who, static_cast<int>(seconds));
  test["spec"]["does"] = chance_.pick(kDeeds);
  if (type == "multi") test["spec"]["every"] = 10;
  Json task = {{"schema", 3}, {"test", std::move(test)}, {"schedule", schedule_of(seconds, now)}};
  if (chance_.one_in(4)) task["priority"] = chance_.between(-2, 5);
  return {who.front(), "POST", "/tasks", task.dump()};
}

Json Workload::schedule_of(std::int64_t seconds, Instant now) {
  Json schedule = Json::object();
  if (chance_.below(3) < 2) {
    // The same minutes again and again, as users like them.
    const Instant start = chance_.below(3) < 2 ? std::chrono::ceil<std::chrono::minutes>(now + 5s)
                                               : ceil_to_second(now + chance_.between(Duration(0), 5min));
    schedule["start"] = format_timestamp(start, Zone::utc());
  }
  if (chance_.below(3) < 2) schedule["slip"] = duration_text(chance_.between(1, 300));
  if (schedule.contains("slip") && chance_.one_in(4)) schedule["sliprand"] = true;
  if (chance_.below(5) < 2) {
    schedule["repeat"] = duration_text(std::max(chance_.pick(kRepeats), seconds));
    schedule["max-runs"] = chance_.between(1, kRunsMax);
  }
  return schedule;
}

}  // namespace pscheduler::sim_mesh
