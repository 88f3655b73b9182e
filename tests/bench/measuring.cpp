#include "measuring.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <thread>

namespace pscheduler::bench {

const std::string kRoot = "/pscheduler";

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double calendar_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void say(const std::string& name, double value) {
  std::printf("%s %.3f\n", name.c_str(), value);
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) give_up("nothing was measured");
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[rank == 0 ? 0 : rank - 1];
}

std::string noop_task(int client, int number, const char* tool) {
  Json task = {
      {"schema", 1},
      {"test",
       {{"type", "noop"},
        {"spec",
         {{"schema", 1},
          {"data", {{"client", client}, {"number", number}, {"pid", static_cast<int>(::getpid())}}}}}}},
      {"schedule", Json::object()}};
  if (tool != nullptr) task["tools"] = {tool};
  return task.dump();
}

std::string post_task(Connection& connection, const std::string& task) {
  const Answer answer = connection.post(kRoot + "/tasks", task);
  if (answer.status != 200 && answer.status != 201) {
    give_up("POST /tasks: " + std::to_string(answer.status) + " " + answer.body);
  }
  const auto url = Json::parse(answer.body).get<std::string>();
  return url.substr(url.find(kRoot + "/tasks/"));
}

Json finished_run(Connection& connection, const std::string& task) {
  const Answer answer = connection.get(task + "/runs/first?wait-merged&wait=60");
  if (answer.status != 200) give_up("GET " + task + ": " + std::to_string(answer.status) + " " + answer.body);
  Json run = Json::parse(answer.body);
  if (run.value("state", "") != "finished") give_up("a run did not finish: " + answer.body);
  return run;
}

Connection& connected(Connection& connection) {
  if (!connection.connected()) give_up("nobody listens");
  return connection;
}

void in_parallel(int clients, const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int client = 0; client < clients; ++client) threads.emplace_back(work, client);
  for (auto& thread : threads) thread.join();
}

std::vector<double> joined(const std::vector<std::vector<double>>& parts) {
  std::vector<double> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace pscheduler::bench
