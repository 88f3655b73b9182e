#include "repeating.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "measuring.hpp"

namespace pscheduler::bench {
namespace {

using std::chrono::seconds;

constexpr int kSecondsBetween = 3;   // runs of a task in the measurement of punctuality
constexpr auto kAhead = seconds(5);  // from posting to the first run: time to post them all
constexpr auto kPlanAhead = std::chrono::hours(1);
constexpr auto kPlanLimit = seconds(180);
constexpr auto kSettled = seconds(3);  // no run more for so long: all are planned

std::string utc_text(std::chrono::system_clock::time_point at) {
  const std::time_t whole = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string repeating_task(int number, const char* tool, const Json& schedule) {
  Json task = Json::parse(noop_task(0, number, tool));
  task["schedule"] = schedule;
  return task.dump();
}

Json get_json(Connection& connection, const std::string& target) {
  const Answer answer = connection.get(target);
  if (answer.status != 200)
    give_up("GET " + target + ": " + std::to_string(answer.status) + " " + answer.body);
  return Json::parse(answer.body);
}

struct Lateness {
  std::vector<double> main;
  std::vector<double> work;
  int unfinished = 0;
};

void add_run(Connection& connection, const std::string& path, Lateness& lateness) {
  const Json run = get_json(connection, path + "?wait-merged&wait=60");
  if (run.value("state", "") != "finished") {
    ++lateness.unfinished;
    return;
  }
  const Json& stamps = run.at("result-merged").at("data");
  const double planned = stamps.at("planned-us").get<double>();
  constexpr double kUsPerMs = 1000;
  lateness.main.push_back((stamps.at("started-us").get<double>() - planned) / kUsPerMs);
  lateness.work.push_back((stamps.at("working-us").get<double>() - planned) / kUsPerMs);
}

int planned_runs(Connection& connection, const std::vector<std::string>& tasks) {
  int runs = 0;
  for (const auto& task : tasks) runs += get_json(connection, task + "?detail").at("detail").value("runs", 0);
  return runs;
}

}  // namespace

void measure_punctuality(std::uint16_t port, int tasks, int runs) {
  Connection own(port);
  auto& connection = connected(own);
  const auto first = std::chrono::system_clock::now() + kAhead;
  std::vector<std::string> paths;
  for (int i = 0; i < tasks; ++i) {
    const Json schedule = {{"start", utc_text(first + seconds(i % kSecondsBetween))},
                           {"repeat", "PT" + std::to_string(kSecondsBetween) + "S"},
                           {"max-runs", runs}};
    paths.push_back(post_task(connection, repeating_task(i, "stamp", schedule)));
  }
  // Looking at runs costs the daemon something, so it is left alone until the last ones are due.
  std::this_thread::sleep_until(first + seconds(kSecondsBetween * runs));
  Lateness lateness;
  for (const auto& path : paths) {
    const Json urls = get_json(connection, path + "/runs");
    for (const auto& url : urls) {
      const auto text = url.get<std::string>();
      add_run(connection, text.substr(text.find(kRoot + "/tasks/")), lateness);
    }
    lateness.unfinished += std::max(0, runs - static_cast<int>(urls.size()));
  }
  say("main_p50", percentile(lateness.main, 0.5));
  say("main_p99", percentile(lateness.main, 0.99));
  say("work_p50", percentile(lateness.work, 0.5));
  say("work_p99", percentile(lateness.work, 0.99));
  say("unfinished", lateness.unfinished);
}

void measure_plan(std::uint16_t port, int tasks) {
  Connection own(port);
  auto& connection = connected(own);
  const auto start = std::chrono::system_clock::now() + kPlanAhead;
  const auto begin = Clock::now();
  std::vector<std::string> paths;
  for (int i = 0; i < tasks; ++i) {
    const Json schedule = {{"start", utc_text(start)}, {"repeat", "PT1M"}};
    paths.push_back(post_task(connection, repeating_task(i, nullptr, schedule)));
  }
  int runs = 0;
  auto last_change = Clock::now();
  double elapsed = ms_since(begin);
  while (Clock::now() - last_change < kSettled && Clock::now() - begin < kPlanLimit) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    const int now = planned_runs(connection, paths);
    if (now == runs) continue;
    runs = now;
    last_change = Clock::now();
    elapsed = ms_since(begin);
  }
  say("runs", runs);
  say("ms", elapsed);
}

}  // namespace pscheduler::bench
