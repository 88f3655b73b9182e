// bench-load: asks a pschedulerd on 127.0.0.1 for work and says how long that took, one "name value" a line.
//
//   latency PORT TASKS CLIENTS      POST -> tool start, tool end -> result (tool "stamp", milliseconds)
//   flood PORT TASKS CLIENTS        distinct noop tasks: accepted per second, all accepted, all finished
//   get PORT CLIENTS SECONDS        GETs per second of a small, a task and a run resource
//   startup PORT ROUNDS PROGRAM...  from exec to the first answer (milliseconds)
//   punctual PORT TASKS RUNS        how late each run of repeating tasks began (tool "stamp", milliseconds)
//   plan PORT TASKS                 how many runs of repeating tasks are planned, and how soon
//   schedule PORT ROUNDS            the whole schedule: first byte and last (milliseconds)
//   drain PORT PID RESULTS         results queued while their server was down, when it is there again
//   pair LEAD OTHER TASKS CLIENTS   runs of two nodes: POST -> running, tool end -> merged (milliseconds)
//   agree LEAD OTHER TASKS CLIENTS  runs that two nodes agree on, per second
//   mesh NODE...                    a repeating task from each to each: accepted, agreed (milliseconds), runs

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "connection.hpp"
#include "draining.hpp"
#include "measuring.hpp"
#include "repeating.hpp"
#include "several.hpp"

namespace pscheduler::bench {
namespace {

constexpr auto kStartLimit = std::chrono::seconds(20);

void measure_latency(std::uint16_t port, int tasks, int clients) {
  std::vector<std::vector<double>> starts(static_cast<std::size_t>(clients));
  std::vector<std::vector<double>> views(static_cast<std::size_t>(clients));
  in_parallel(clients, [&](int client) {
    Connection own(port);
    auto& connection = connected(own);
    for (int i = 0; i < tasks / clients; ++i) {
      const std::string task = noop_task(client, i, "stamp");
      const double posted = calendar_ms();
      const std::string path = post_task(connection, task);
      const Json run = finished_run(connection, path);
      const double seen = calendar_ms();
      const Json& stamps = run.at("result-merged").at("data");
      const auto index = static_cast<std::size_t>(client);
      starts[index].push_back(stamps.at("started-us").get<double>() / 1000 - posted);
      views[index].push_back(seen - stamps.at("ended-us").get<double>() / 1000);
    }
  });
  const auto all_starts = joined(starts);
  const auto all_views = joined(views);
  say("start_p50", percentile(all_starts, 0.5));
  say("start_p99", percentile(all_starts, 0.99));
  say("visible_p50", percentile(all_views, 0.5));
  say("visible_p99", percentile(all_views, 0.99));
}

void measure_flood(std::uint16_t port, int tasks, int clients) {
  std::vector<double> accepted(static_cast<std::size_t>(clients));
  const auto begin = Clock::now();
  in_parallel(clients, [&](int client) {
    Connection own(port);
    auto& connection = connected(own);
    std::vector<std::string> paths;
    for (int i = 0; i < tasks / clients; ++i) {
      paths.push_back(post_task(connection, noop_task(client, i, nullptr)));
    }
    accepted[static_cast<std::size_t>(client)] = ms_since(begin);
    for (const auto& path : paths) finished_run(connection, path);
  });
  const double all_finished = ms_since(begin);
  const double all_accepted = *std::max_element(accepted.begin(), accepted.end());
  say("post_rate", 1000.0 * tasks / all_accepted);
  say("all_accepted", all_accepted);
  say("all_finished", all_finished);
}

double get_rate(std::uint16_t port, int clients, double seconds, const std::string& target) {
  std::vector<long> counts(static_cast<std::size_t>(clients));
  const auto begin = Clock::now();
  in_parallel(clients, [&](int client) {
    Connection own(port);
    auto& connection = connected(own);
    long count = 0;
    for (; ms_since(begin) < seconds * 1000; ++count) {
      if (const Answer answer = connection.get(target); answer.status != 200) {
        give_up("GET " + target + ": " + std::to_string(answer.status));
      }
    }
    counts[static_cast<std::size_t>(client)] = count;
  });
  const double elapsed = ms_since(begin);
  double all = 0;
  for (const long count : counts) all += static_cast<double>(count);
  return 1000 * all / elapsed;
}

void measure_gets(std::uint16_t port, int clients, double seconds) {
  Connection own(port);
  auto& connection = connected(own);
  const std::string task = post_task(connection, noop_task(-1, 0, nullptr));
  const std::string href = finished_run(connection, task).at("href");
  say("get_root", get_rate(port, clients, seconds, kRoot + "/"));
  say("get_task", get_rate(port, clients, seconds, task));
  say("get_run", get_rate(port, clients, seconds, href.substr(href.find(kRoot))));
}

double start_once(std::uint16_t port, char** command) {
  const auto begin = Clock::now();
  pid_t pid = 0;
  if (::posix_spawn(&pid, command[0], nullptr, nullptr, command, environ) != 0) {
    give_up(std::string(command[0]) + " cannot be started");
  }
  for (;;) {
    Connection connection(port);
    if (connection.connected() && connection.get(kRoot + "/").status == 200) break;
    if (Clock::now() - begin > kStartLimit) give_up("the daemon does not answer");
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  const double elapsed = ms_since(begin);
  ::kill(pid, SIGTERM);
  ::waitpid(pid, nullptr, 0);
  return elapsed;
}

void measure_startup(std::uint16_t port, int rounds, char** command) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) times.push_back(start_once(port, command));
  say("startup_p50", percentile(times, 0.5));
  say("startup_max", percentile(times, 1));
}

// The whole schedule, as often as asked for.
void measure_schedule(std::uint16_t port, int rounds) {
  std::vector<double> first_byte;
  std::vector<double> whole;
  double megabytes = 0;
  for (int i = 0; i < rounds; ++i) {
    Connection own(port);
    auto& connection = connected(own);
    const auto begin = Clock::now();
    const auto arrival = connection.download(kRoot + "/schedule");
    const auto ms = [&](Clock::time_point at) {
      return std::chrono::duration<double, std::milli>(at - begin).count();
    };
    first_byte.push_back(ms(arrival.first_byte));
    whole.push_back(ms(arrival.end));
    megabytes = static_cast<double>(arrival.bytes) / 1e6;
  }
  say("first_byte", percentile(first_byte, 0.5));
  say("whole", percentile(whole, 0.5));
  say("mb", megabytes);
}

int usage() {
  std::fprintf(
      stderr,
      "usage: bench-load latency PORT TASKS CLIENTS | flood PORT TASKS CLIENTS\n"
      "                | get PORT CLIENTS SECONDS | startup PORT ROUNDS PROGRAM...\n"
      "                | punctual PORT TASKS RUNS | plan PORT TASKS\n"
      "                | schedule PORT ROUNDS | drain PORT PID RESULTS | pair LEAD OTHER TASKS CLIENTS\n"
      "                | agree LEAD OTHER TASKS CLIENTS | mesh NODE NODE...\n");
  return 2;
}

// What is measured between several nodes; false when it is something else.
bool measured_several(const std::string& what, const std::vector<std::string>& rest) {
  if (what == "mesh") {
    measure_mesh(rest);
    return true;
  }
  if (rest.size() < 4 || (what != "pair" && what != "agree")) return false;
  const int tasks = std::atoi(rest[2].c_str());
  const int clients = std::max(1, std::atoi(rest[3].c_str()));
  (what == "pair" ? measure_pair : measure_agreements)(rest[0], rest[1], tasks, clients);
  return true;
}

int run(int argc, char** argv) {
  if (argc < 4) return usage();
  const std::string what = argv[1];
  if (measured_several(what, {argv + 2, argv + argc})) return 0;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  const int first = std::atoi(argv[3]);
  if (first < 1) return usage();
  if (what == "plan") {
    measure_plan(port, first);
    return 0;
  }
  if (what == "schedule") {
    measure_schedule(port, first);
    return 0;
  }
  if (argc < 5) return usage();
  if (what == "latency") {
    measure_latency(port, first, std::max(1, std::atoi(argv[4])));
  } else if (what == "flood") {
    measure_flood(port, first, std::max(1, std::atoi(argv[4])));
  } else if (what == "drain") {
    measure_drain(port, first, std::max(1, std::atoi(argv[4])));
  } else if (what == "get") {
    measure_gets(port, first, std::atof(argv[4]));
  } else if (what == "punctual") {
    measure_punctuality(port, first, std::max(1, std::atoi(argv[4])));
  } else if (what == "startup") {
    measure_startup(port, first, argv + 4);
  } else {
    return usage();
  }
  return 0;
}

}  // namespace
}  // namespace pscheduler::bench

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  try {
    return pscheduler::bench::run(argc, argv);
  } catch (const std::exception& error) {
    pscheduler::bench::give_up(error.what());
  }
}
