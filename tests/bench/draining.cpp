#include "draining.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "footprint.hpp"
#include "http_sink.hpp"
#include "measuring.hpp"

namespace pscheduler::bench {
namespace {

using std::chrono::milliseconds;

// Streams make results fastest: each is a run of its own, without a process of its own.
constexpr int kStreams = 4;
constexpr auto kInterval = milliseconds(2);
constexpr auto kLateStart = milliseconds(100);  // of a tool; results whose time has passed are left out

constexpr auto kLookAgain = milliseconds(50);
constexpr auto kDrainLimit = std::chrono::minutes(1);  // what has not arrived by then is missing

std::string seconds_text(milliseconds length) {
  const auto parts = std::to_string(1000 + length.count() % 1000).substr(1);
  return "PT" + std::to_string(length.count() / 1000) + "." + parts + "S";
}

std::string stream_task(milliseconds length, std::uint16_t sink) {
  const Json data = {{"schema", 5},
                     {"_url", "http://127.0.0.1:" + std::to_string(sink) + "/{run}"},
                     {"retry-policy", {{{"attempts", 1000}, {"wait", "PT1S"}}}}};
  return Json{{"schema", 1},
              {"test",
               {{"type", "idlebgm"},
                {"spec", {{"duration", seconds_text(length)}, {"interval", seconds_text(kInterval)}}}}},
              {"archives", {{{"archiver", "http"}, {"data", data}}}},
              {"schedule", Json::object()}}
      .dump();
}

std::string text_at(Connection& connection, const std::string& target) {
  const Answer answer = connection.get(target);
  if (answer.status != 200) give_up("GET " + target + ": " + std::to_string(answer.status));
  return answer.body;
}

int waiting(Connection& connection) {
  int sum = 0;
  for (const auto& destination : Json::parse(text_at(connection, kRoot + "/stat/archiving/destinations")))
    sum += destination.at("waiting").get<int>();
  return sum;
}

bool is_recorded(const Json& archiving) {
  const Json& attempts = archiving.at("diags");
  const auto has_succeeded = [](const Json& attempt) {
    return attempt.at("stdout").is_object() && attempt.at("stdout").value("succeeded", false);
  };
  return archiving.value("archived", false) && !attempts.empty() && has_succeeded(attempts.back()) &&
         std::count_if(attempts.begin(), attempts.end(), has_succeeded) == 1;
}

// The ends of the URLs of all runs that are to be archived, and how many of these lack their record.
struct Runs {
  std::vector<std::string> names;
  int unrecorded = 0;
};

Runs runs_of(Connection& connection, const std::string& task) {
  Runs runs;
  for (const auto& url : Json::parse(text_at(connection, task + "/runs"))) {
    const auto text = url.get<std::string>();
    const Json run = Json::parse(text_at(connection, text.substr(text.find(kRoot + "/tasks/"))));
    const auto archivings = run.find("archivings");
    if (archivings == run.end() || archivings->empty()) continue;
    runs.names.push_back(text.substr(text.rfind('/')));
    if (!std::all_of(archivings->begin(), archivings->end(), is_recorded)) ++runs.unrecorded;
  }
  return runs;
}

void say_what_arrived(std::uint16_t port, const std::vector<std::string>& tasks, const HttpSink& sink) {
  const auto taken = sink.taken();
  std::vector<Runs> found(tasks.size());
  in_parallel(static_cast<int>(tasks.size()), [&](int number) {
    Connection own(port);
    const auto index = static_cast<std::size_t>(number);
    found[index] = runs_of(connected(own), tasks[index]);
  });
  int missing = 0;
  int twice = 0;
  int unrecorded = 0;
  for (const auto& runs : found) {
    unrecorded += runs.unrecorded;
    for (const auto& name : runs.names) {
      const auto times = taken.find(name);
      if (times == taken.end()) ++missing;
      if (times != taken.end() && times->second > 1) ++twice;
    }
  }
  say("missing", missing);
  say("twice", twice);
  say("unrecorded", unrecorded);
}

}  // namespace

void measure_drain(std::uint16_t port, int pid, int results) {
  HttpSink sink;
  Connection own(port);
  auto& connection = connected(own);
  say("pss_rest", footprint(pid).all);
  const auto length = kInterval * (results / kStreams) + kLateStart;
  std::vector<std::string> tasks;
  for (int i = 0; i < kStreams; ++i) tasks.push_back(post_task(connection, stream_task(length, sink.port())));
  for (const auto& task : tasks) finished_run(connection, task);
  const int queued = waiting(connection);
  say("results", queued);
  const Footprint before = footprint(pid);
  say("pss_queued", before.all);
  say("alone_queued", before.process);

  FootprintWatch watch(pid);
  const auto begin = Clock::now();
  sink.open();
  int left = queued;
  while (left > 0 && Clock::now() - begin < kDrainLimit) {
    std::this_thread::sleep_for(kLookAgain);
    // The sink knows without any work for the daemon.
    if (sink.paths() >= static_cast<std::size_t>(queued)) left = waiting(connection);
  }
  say("rate", 1000.0 * (queued - left) / ms_since(begin));
  const Footprint peak = watch.peak();
  say("pss_peak", peak.all);
  say("alone_peak", peak.process);
  say("pss_after", footprint(pid).all);
  say("connections", sink.connections_max());
  say_what_arrived(port, tasks, sink);
}

}  // namespace pscheduler::bench
