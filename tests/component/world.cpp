#include "component/world.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <cstdlib>

#include "pscheduler/adapters/store/sqlite_store.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::test {
namespace {

// No test lets more time pass than this; longer means that something is waited for that never comes.
constexpr Duration kPatience = std::chrono::hours(24 * 30);

std::unique_ptr<ports::Store> open_store(const std::filesystem::path& folder,
                                         adapters::StoreThreads threads) {
  adapters::StoreOptions options;
  options.synchronous = adapters::Synchronous::normal;
  options.threads = threads;
  auto opened = adapters::SqliteStore::open(folder / "pscheduler.db", options);
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}

services::ArchivistSettings archivist_settings() {
  services::ArchivistSettings settings;
  settings.host_name = "node.example";
  settings.zone = Zone::utc();
  return settings;
}

}  // namespace

std::string text_of(Instant at) {
  return format_timestamp(at, Zone::utc());
}

Folder::Folder() {
  auto name = (std::filesystem::temp_directory_path() / "component_test.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Json Answer::json() const {
  auto value = Json::parse(body, nullptr, false);
  EXPECT_FALSE(value.is_discarded()) << status << ' ' << body;
  return value;
}

World::World(const std::filesystem::path& folder, WorldOptions options)
    : clock(loop.get_executor(), options.start),
      random(options.seed),
      host(clock),
      plugins(loop.get_executor(), clock),
      store(loop.get_executor(), open_store(folder, options.store_threads)),
      events(loop.get_executor()),
      journal(store, clock, log, events),
      archivist({loop.get_executor(), store, clock, scripts, log}, plugins, plugins, journal,
                archivist_settings()),
      runner({loop.get_executor(), store, clock, random, log}, plugins, journal, book,
             services::RunnerSettings{options.parallel_max}),
      scheduling({loop.get_executor(), store, clock, random, log}, plugins, journal, book, runner,
                 services::SchedulingSettings{options.horizon, 30s, Zone::utc()}),
      housekeeping({loop.get_executor(), store, store, clock, log}, events, book, options.keep),
      submission({store, clock, random, host, scripts}, plugins, scheduling,
                 services::SubmissionSettings{"node.example", Zone::utc()}),
      api({plugins, submission, scheduling, runner, journal, events, store, clock, host, processes, log,
           store, metrics, housekeeping, archivist},
          {"node.example", Zone::utc()}),
      loops_(loop.get_executor(), [](const std::exception_ptr& error) { std::rethrow_exception(error); }) {
  plugins.scripts = std::move(options.scripts);
  if (options.without_room_until > options.start) {
    store.refuses = [this, until = options.without_room_until](const ports::Changes&) {
      return clock.now() < until;
    };
  }
  journal.observe(metrics);
  journal.on_expiry([this](Instant at) { housekeeping.expires_at(at); });
  if (options.starts) start();
}

void World::start() {
  const auto resumed = await(runner.recover());
  if (!resumed) throw std::runtime_error(resumed.error().message);
  runner.archive_with(archivist);
  const auto recovered = await(scheduling.recover());
  if (!recovered) throw std::runtime_error(recovered.error().message);
  loops_.spawn(runner.work());
  loops_.spawn(scheduling.work());
  loops_.spawn(archivist.work());
  loops_.spawn(housekeeping.work());
  settle();
}

World::~World() {
  stop();
}

void World::settle() {
  for (;;) {
    loop.restart();
    const auto done = loop.poll();
    if (store.outstanding() > 0) {
      loop.restart();
      loop.run_one();
    } else if (done == 0) {
      return;
    }
  }
}

void World::advance_to(Instant at) {
  settle();
  for (;;) {
    const auto next = clock.next_wake();
    if (!next || *next > at) break;
    clock.move_to(std::max(*next, clock.now()));
    settle();
  }
  clock.move_to(at);
  settle();
}

void World::go_on_until(const std::function<bool()>& done) {
  const Instant give_up = clock.now() + kPatience;
  settle();
  while (!done()) {
    const auto next = clock.next_wake();
    if (!next || *next > give_up) throw std::runtime_error("What is waited for never comes.");
    clock.move_to(std::max(*next, clock.now()));
    settle();
  }
}

// With all the pieces of the body, as a client has it in the end.
ports::Async<api::HttpResponse> World::answer_whole(api::HttpRequest request) {
  auto response = co_await api.handle(std::move(request));
  for (bool more = response.pieces != nullptr; more;) {
    auto piece = co_await response.pieces->next();
    if (!piece) throw std::runtime_error("The answer broke off: " + piece.error().message);
    more = !piece->empty();
    response.body += *piece;
  }
  co_return response;
}

std::shared_ptr<Pending> World::begin(std::string method, std::string target, std::string body, Peer peer) {
  api::HttpRequest request;
  request.method = std::move(method);
  request.target = target.starts_with("/pscheduler") ? std::move(target) : "/pscheduler" + target;
  request.body = std::move(body);
  request.host = "node.example";
  request.peer_address = peer.address;
  request.local_address = "192.0.2.1";
  if (!peer.header.empty()) request.headers.emplace_back("x-pscheduler-requester", peer.header);
  auto pending = std::make_shared<Pending>();
  auto take = [this, pending](const std::exception_ptr& error, api::HttpResponse response) {
    if (error) {
      pending->cancelled = true;
      return;
    }
    pending->answer = Answer{response.status, response.content_type, std::move(response.body),
                             std::move(response.headers), clock.now()};
  };
  boost::asio::co_spawn(loop, answer_whole(std::move(request)),
                        boost::asio::bind_cancellation_slot(pending->give_up.slot(), std::move(take)));
  settle();
  return pending;
}

void World::give_up(Pending& pending) {
  boost::asio::post(loop, [&] { pending.give_up.emit(boost::asio::cancellation_type::terminal); });
  settle();
}

Answer World::call(std::string method, std::string target, std::string body, Peer peer) {
  const auto pending = begin(std::move(method), std::move(target), std::move(body), std::move(peer));
  go_on_until([&] { return pending->answer.has_value(); });
  return std::move(*pending->answer);
}

std::string World::post_task(const std::string& test, int seconds, const Json& schedule, const Json& more) {
  Json task = {{"test", {{"type", test}, {"spec", {{"seconds", seconds}}}}}, {"schedule", schedule}};
  task.update(more);
  const auto answer = call("POST", "/tasks", task.dump());
  EXPECT_EQ(answer.status, 200) << answer.body;
  if (answer.status != 200) throw std::runtime_error("The task was refused.");
  const auto url = answer.json().get<std::string>();
  return url.substr(url.find("/tasks/"));
}

Json World::run_of(const std::string& task, const std::string& which) {
  const auto answer = get(task + "/runs/" + which + "?wait=0");
  EXPECT_EQ(answer.status, 200) << answer.body;
  if (answer.status != 200) throw std::runtime_error("There is no such run.");
  return answer.json();
}

std::vector<Json> World::runs_of(const std::string& task) {
  std::vector<Json> runs;
  for (const auto& url : get(task + "/runs").json()) {
    const auto text = url.get<std::string>();
    runs.push_back(get(text.substr(text.find("/tasks/"))).json());
  }
  return runs;
}

std::vector<StateChange> World::history_of(const Json& run) {
  const auto href = run.at("href").get<std::string>();
  const auto id = RunId::parse(href.substr(href.rfind('/') + 1));
  return *await(store.history(*id));
}

std::string World::states_of(const Json& run) {
  std::string states;
  for (const auto& change : history_of(run)) {
    states += (states.empty() ? "" : ", ") + std::string(traits(change.to).name);
  }
  return states;
}

Json World::detail_of(const std::string& task) {
  return get(task + "?detail").json().at("detail");
}

void World::stop() {
  if (stopped_) return;
  stopped_ = true;
  store.release();
  bool done = false;
  auto stopping = [](World& world) -> ports::Async<void> {
    co_await world.runner.stop();
    world.loops_.cancel_all();
    co_await world.loops_.join();
    co_await world.scheduling.stop();
    co_await world.archivist.stop();
  };
  boost::asio::co_spawn(loop, stopping(*this), [&](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
    done = true;
  });
  go_on_until([&] { return done; });
}

void World::crash() {
  store.cut_power();
  stop();
}

}  // namespace pscheduler::test
