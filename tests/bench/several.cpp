#include "several.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "measuring.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::bench {
namespace {

using std::chrono::seconds;

constexpr std::uint16_t kPort = 443;
constexpr auto kLookAgain = std::chrono::milliseconds(100);
constexpr auto kSettled = seconds(5);  // no run more for so long: all are agreed
constexpr auto kAgreeLimit = seconds(300);

std::string idle_task(const std::string& lead, const std::string& other, const Json& schedule) {
  return Json{{"schema", 1},
              {"test",
               {{"type", "idle"},
                {"spec", {{"schema", 2}, {"duration", "PT1S"}, {"host", Json::array({lead, other})}}}}},
              {"schedule", schedule}}
      .dump();
}

double ms_of(const Json& timestamp) {
  const auto at = parse_timestamp_utc(timestamp.get<std::string>(), TimestampForm::body);
  if (!at) give_up("not a time: " + timestamp.dump());
  return std::chrono::duration<double, std::milli>(at->time_since_epoch()).count();
}

// When the run came into a state.
double entered_ms(const Json& run, const char* state) {
  for (const auto& change : run.at("history")) {
    if (change.at("to") == state) return ms_of(change.at("time"));
  }
  give_up("the run was never " + std::string(state) + ": " + run.dump());
}

int agreed_runs(Connection& connection, const std::vector<std::string>& tasks) {
  int runs = 0;
  for (const auto& task : tasks) {
    const Answer answer = connection.get(task + "?detail");
    if (answer.status != 200) give_up("GET " + task + ": " + std::to_string(answer.status));
    runs += Json::parse(answer.body).at("detail").value("runs", 0);
  }
  return runs;
}

}  // namespace

void measure_pair(const std::string& lead, const std::string& other, int tasks, int clients) {
  std::vector<std::vector<double>> starts(static_cast<std::size_t>(clients));
  std::vector<std::vector<double>> ends(static_cast<std::size_t>(clients));
  in_parallel(clients, [&](int client) {
    const auto index = static_cast<std::size_t>(client);
    Connection own(kPort, lead);
    auto& connection = connected(own);
    for (int i = 0; i < tasks / clients; ++i) {
      const double posted = calendar_ms();
      const Json run =
          finished_run(connection, post_task(connection, idle_task(lead, other, Json::object())));
      starts[index].push_back(entered_ms(run, "running") - posted);
      ends[index].push_back(entered_ms(run, "finished") - entered_ms(run, "cleanup"));
    }
  });
  const auto all_starts = joined(starts);
  const auto all_ends = joined(ends);
  say("start_p50", percentile(all_starts, 0.5));
  say("start_p99", percentile(all_starts, 0.99));
  say("merged_p50", percentile(all_ends, 0.5));
  say("merged_p99", percentile(all_ends, 0.99));
}

void measure_agreements(const std::string& lead, const std::string& other, int tasks, int clients) {
  std::vector<double> agreed(static_cast<std::size_t>(clients));
  const auto begin = Clock::now();
  in_parallel(clients, [&](int client) {
    Connection own(kPort, lead);
    auto& connection = connected(own);
    std::vector<std::string> paths;
    for (int i = 0; i < tasks / clients; ++i) {
      paths.push_back(post_task(connection, idle_task(lead, other, {{"start", "PT10M"}})));
    }
    while (agreed_runs(connection, paths) < static_cast<int>(paths.size())) {
      if (Clock::now() - begin > kAgreeLimit) give_up("the nodes do not come to agree");
      std::this_thread::sleep_for(kLookAgain);
    }
    agreed[static_cast<std::size_t>(client)] = ms_since(begin);
  });
  say("rate", 1000.0 * tasks / *std::max_element(agreed.begin(), agreed.end()));
}

void measure_mesh(const std::vector<std::string>& nodes) {
  std::vector<double> accepted(nodes.size());
  std::vector<double> agreed(nodes.size());
  std::vector<int> runs(nodes.size());
  const auto begin = Clock::now();
  in_parallel(static_cast<int>(nodes.size()), [&](int number) {
    const auto index = static_cast<std::size_t>(number);
    Connection own(kPort, nodes[index]);
    auto& connection = connected(own);
    std::vector<std::string> paths;
    for (const auto& other : nodes) {
      if (other == nodes[index]) continue;
      const Json schedule = {{"start", "PT10M"}, {"repeat", "PT1H"}, {"slip", "PT30M"}};
      paths.push_back(post_task(connection, idle_task(nodes[index], other, schedule)));
    }
    accepted[index] = ms_since(begin);
    auto last_change = Clock::now();
    while (Clock::now() - last_change < kSettled && Clock::now() - begin < kAgreeLimit) {
      std::this_thread::sleep_for(5 * kLookAgain);
      const int now = agreed_runs(connection, paths);
      if (now == runs[index]) continue;
      runs[index] = now;
      last_change = Clock::now();
      agreed[index] = ms_since(begin);
    }
  });
  double all = 0;
  for (const int some : runs) all += some;
  say("accepted", *std::max_element(accepted.begin(), accepted.end()));
  say("agreed", *std::max_element(agreed.begin(), agreed.end()));
  say("runs", all);
}

}  // namespace pscheduler::bench
