#pragma once
// One node without sockets, real time or real plug-ins: the API and the services as the daemon composes them,
// over a real SQLite file. Everything happens on the test's thread; time moves when the test lets it. A node
// is alone, or in a universe and on a network with others (mesh.hpp).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "component/network.hpp"
#include "component/scripted_plugins.hpp"
#include "component/small_ports.hpp"
#include "component/universe.hpp"
#include "component/watched_store.hpp"
#include "pscheduler/adapters/store/sqlite_store.hpp"
#include "pscheduler/api/api.hpp"
#include "pscheduler/services/limits.hpp"
#include "pscheduler/services/peer_memory.hpp"

namespace pscheduler::test {

using namespace std::chrono_literals;

// 2030-01-02T12:00:00Z; the times of tests are given as offsets from it.
inline constexpr Instant kNoon =
    std::chrono::sys_days(std::chrono::year(2030) / 1 / 2) + std::chrono::hours(12);
constexpr Instant at(Duration offset) {
  return kNoon + offset;
}
std::string text_of(Instant at);  // as the API writes it

class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct WorldOptions {
  Instant start = kNoon;
  int parallel_max = 100;
  services::AdmissionCaps caps = {};
  Duration horizon = std::chrono::hours(24);
  Duration keep = std::chrono::days(3650);  // what is over can be looked at long afterwards
  std::uint64_t seed = 1;
  Instant without_room_until = Instant::min();     // the store's
  std::map<std::string, ToolScript> scripts = {};  // of the plug-ins
  // Without threads everything happens on the calling one, always in the same order.
  adapters::StoreThreads store_threads = adapters::StoreThreads::of_its_own;
  std::function<std::unique_ptr<ports::Store>()> make_store = {};  // another one than the real
  bool starts = true;  // else start() is called once everything is arranged
  std::string host_name = "node.example";
  std::vector<std::string> addresses = {"192.0.2.1"};
  std::int64_t drift_ppm = 0;    // of its clock
  Universe* universe = nullptr;  // its own
  Network* network = nullptr;    // none: nobody can be reached; else one that knows the host
};

struct Answer {
  int status = 0;
  std::string type;
  std::string body;
  api::HttpHeaders headers;
  Instant at;  // when it came
  [[nodiscard]] Json json() const;
};

// A request that has not been answered yet.
struct Pending {
  std::optional<Answer> answer;
  bool cancelled = false;
  ports::Scope::Ticket ticket = 0;
};

struct Peer {
  std::string address = "127.0.0.1";
  std::string header = {};  // value of X-pScheduler-Requester
};

// Of the proxy "frontend", whom nodes let ask for others.
inline constexpr std::string_view kProxyKey = "only-frontend-knows";

class World final : public Network::Server {
  std::unique_ptr<Universe> own_universe_;

 public:
  explicit World(const std::filesystem::path& folder, WorldOptions options = {});
  ~World() override;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Takes up what is in the store, and begins.
  void start();

  // Lets everything happen that can happen without time going on.
  void settle();
  // Lets time go on, also for the others of its universe, from one thing due to the next.
  void advance_to(Instant at);
  void advance(Duration length) { advance_to(clock.now() + length); }

  // A request, answered while time goes on as far as it must. The status is 0 when the node loses power
  // meanwhile.
  Answer call(std::string method, std::string target, std::string body = {}, Peer peer = {});
  Answer get(std::string target, Peer peer = {}) {
    return call("GET", std::move(target), {}, std::move(peer));
  }
  // A request whose answer the test does not wait for.
  std::shared_ptr<Pending> begin(std::string method, std::string target, std::string body = {},
                                 Peer peer = {});
  void give_up(Pending& pending);  // the client goes away

  // A task of a test with a slot of so many seconds: its path below /pscheduler. Fails the test if refused.
  std::string post_task(const std::string& test, int seconds, const Json& schedule = Json::object(),
                        const Json& more = Json::object());
  // The only, first or next run.
  Json run_of(const std::string& task, const std::string& which = "first");
  std::vector<Json> runs_of(const std::string& task);
  std::vector<StateChange> history_of(const Json& run);
  // "pending, on-deck, running" …
  std::string states_of(const Json& run);
  Json detail_of(const std::string& task);

  // Puts a limits file into place, or takes it away.
  void limit(std::optional<std::string> text);

  // Drains as the daemon does. The node answers afterwards, too, but starts nothing.
  void stop();
  // Power loss: nothing more becomes durable, and nobody hears of the node any more.
  void crash();
  // The same from within, for instance from a commit; crash() is still to be called when all has settled.
  void lose_power();
  [[nodiscard]] bool has_power() const { return has_power_; }

  Universe& universe;
  boost::asio::io_context& loop;
  VirtualClock clock;
  SeededRandom random;
  KeptLog log;
  SmallHost host;
  NoProcesses processes;
  KeptMetrics metrics;
  SmallScripts scripts;
  ScriptedPlugins plugins;
  NoDnsRecords dns;
  LoopbackNetwork networks;
  Network::Client http;
  WatchedStore store;
  services::RunEvents events;
  services::TaskBook book;
  services::RunJournal journal;
  services::Peers peers;
  services::PeerMemory peer_memory;
  services::Errands errands;
  services::Archivist archivist;
  services::Runner runner;
  std::optional<std::string> limits_text;  // of the limits file
  services::Limits limits;
  services::Scheduling scheduling;
  services::Housekeeping housekeeping;
  services::Admission admission;
  services::Submission submission;
  api::Api api;

  // Runs an operation of a service to its end.
  template <class T>
  T await(ports::Async<T> operation) {
    std::optional<T> answer;
    boost::asio::co_spawn(loop, std::move(operation), [&](std::exception_ptr error, T value) {
      if (error) std::rethrow_exception(error);
      answer = std::move(value);
    });
    go_on_until([&] { return answer.has_value(); });
    return std::move(*answer);
  }

 private:
  ports::Scope::Ticket serve(api::HttpRequest request, Done done) override;
  void give_up(ports::Scope::Ticket ticket) override { calls_.cancel(ticket); }
  ports::Async<api::HttpResponse> answer_whole(api::HttpRequest request);
  ports::Async<void> answer_to(api::HttpRequest request, Done done);
  void go_on_until(const std::function<bool()>& done);
  void pass(Duration true_time);
  [[nodiscard]] Duration due_in(Duration limit) const;
  void end_calls();

  Network* network_;
  std::string host_name_;
  std::string address_;
  bool has_power_ = true;
  bool stopped_ = false;
  Universe::Stay stay_;
  ports::Scope loops_;
  ports::Scope calls_;  // requests that are being answered
};

// Names of cases for INSTANTIATE_TEST_SUITE_P: letters and digits of Case::name.
struct CaseName {
  template <class Info>
  std::string operator()(const Info& info) const {
    std::string name;
    for (const char c : std::string_view(info.param.name)) name += std::isalnum(c) != 0 ? c : '_';
    return name;
  }
};

// A node in a folder of its own.
class WorldTest : public testing::Test {
 protected:
  void start(WorldOptions options = {}) {
    world.reset();
    options.seed = ++seed;
    world = std::make_unique<World>(folder.path(), options);
  }
  // The daemon ends by power loss and starts again at `at`.
  void restart_at(Instant at, std::map<std::string, ToolScript> scripts = {}) {
    world->crash();
    start({.start = at, .scripts = std::move(scripts)});
  }

  Folder folder;
  std::uint64_t seed = 1;
  std::unique_ptr<World> world = std::make_unique<World>(folder.path());
};

}  // namespace pscheduler::test
