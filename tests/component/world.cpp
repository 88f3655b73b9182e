#include "component/world.hpp"

#include <cstdlib>

#include "pscheduler/adapters/store/sqlite_store.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::test {
namespace {

// No test lets more time pass than this; longer means that something is waited for that never comes.
constexpr Duration kPatience = std::chrono::hours(24 * 30);

std::unique_ptr<ports::Store> open_store(const std::filesystem::path& folder, const WorldOptions& options) {
  if (options.make_store) return options.make_store();
  adapters::StoreOptions store;
  store.synchronous = adapters::Synchronous::normal;
  store.threads = options.store_threads;
  auto opened = adapters::SqliteStore::open(folder / "pscheduler.db", store);
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}

services::ArchivistSettings archivist_settings(const WorldOptions& options) {
  services::ArchivistSettings settings;
  settings.host_name = options.host_name;
  settings.zone = Zone::utc();
  settings.destinations.keep = options.keep;
  return settings;
}

services::RunnerSettings runner_settings(const WorldOptions& options) {
  services::RunnerSettings settings;
  settings.parallel_max = options.parallel_max;
  settings.zone = Zone::utc();
  return settings;
}

services::PeersSettings peers_settings() {
  services::PeersSettings settings;
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
    : own_universe_(options.universe == nullptr ? std::make_unique<Universe>(options.start) : nullptr),
      universe(options.universe == nullptr ? *own_universe_ : *options.universe),
      loop(universe.loop),
      clock(options.start, options.drift_ppm),
      random(options.seed),
      host(clock, options.host_name, options.addresses),
      plugins(loop.get_executor(), clock),
      http(options.network, options.host_name, clock),
      store(loop.get_executor(), open_store(folder, options)),
      events(loop.get_executor()),
      journal(store, clock, log, events),
      peers({loop.get_executor(), http, clock, log}, peers_settings()),
      peer_memory({loop.get_executor(), store, clock}, peers),
      errands({loop.get_executor(), store, clock, random, log}, peers, options.keep),
      archivist({loop.get_executor(), store, clock, scripts, log}, plugins, plugins, journal,
                archivist_settings(options)),
      runner({loop.get_executor(), store, clock, random, host, log}, plugins, journal, book, peers,
             runner_settings(options)),
      limits({loop.get_executor(), clock, scripts, dns, http, networks,
              [](const std::string& path, std::size_t) { return Result<std::string>(fail(Errc::not_found, path)); }},
             store, log, [this] { return Result<std::optional<std::string>>(limits_text); }, {}),
      scheduling({loop.get_executor(), store, clock, random, log}, plugins, journal, book, runner, peers,
                 errands, limits, services::SchedulingSettings{options.horizon, 30s, Zone::utc()}),
      housekeeping({loop.get_executor(), store, store, clock, log}, events, book, options.keep),
      admission(book, store, clock, options.caps),
      submission({loop.get_executor(), store, clock, random, host, scripts, log}, plugins, scheduling, book,
                 peers, errands, limits, admission,
                 services::SubmissionSettings{options.host_name, Zone::utc()}),
      api({plugins, submission, scheduling, runner, journal, events, store, clock, host, processes, log,
           store, metrics, housekeeping, archivist, peers, errands, limits, admission},
          {options.host_name, Zone::utc(), {{"frontend", std::string(kProxyKey)}}}),
      network_(options.network),
      host_name_(options.host_name),
      address_(options.addresses.front()),
      stay_(universe, clock, store),
      loops_(loop.get_executor(), [](const std::exception_ptr& error) { std::rethrow_exception(error); }),
      calls_(loop.get_executor(), [](const std::exception_ptr& error) { std::rethrow_exception(error); }) {
  plugins.scripts = std::move(options.scripts);
  if (options.without_room_until > options.start) {
    store.refuses = [this, until = options.without_room_until](const ports::Changes&) {
      return clock.now() < until;
    };
  }
  journal.observe(metrics);
  journal.on_expiry([this](Instant at) { housekeeping.expires_at(at); });
  if (network_ != nullptr) {
    plugins.node = host_name_;
    network_->power_on(host_name_);
  }
  if (options.starts) start();
}

void World::start() {
  const auto recover = [this](auto& service) {
    const auto recovered = await(service.recover());
    if (!recovered) throw std::runtime_error(recovered.error().message);
  };
  recover(peer_memory);
  recover(runner);
  runner.archive_with(archivist);
  recover(errands);
  recover(submission);
  recover(scheduling);
  if (!has_power_) return;
  loops_.spawn(runner.work());
  loops_.spawn(scheduling.work());
  loops_.spawn(archivist.work());
  loops_.spawn(peer_memory.work());
  loops_.spawn(errands.work());
  loops_.spawn(housekeeping.work());
  if (network_ != nullptr) network_->serve(host_name_, *this);
  settle();
}

World::~World() {
  stop();
  end_calls();
}

void World::settle() {
  universe.settle();
}

// Without power the node comes to its end on its own clock, as nobody sees.
void World::pass(Duration true_time) {
  if (has_power_) {
    universe.pass(true_time);
  } else {
    clock.pass(true_time);
  }
}

Duration World::due_in(Duration limit) const {
  if (has_power_) return universe.due_in(limit);
  const auto next = clock.next_alarm();
  return next ? std::min(limit, clock.true_time_until(*next)) : limit;
}

void World::advance_to(Instant at) {
  settle();
  while (clock.now() < at) {
    pass(due_in(clock.true_time_until(at)));
    settle();
  }
}

void World::go_on_until(const std::function<bool()>& done) {
  const Instant give_up = clock.now() + kPatience;
  settle();
  while (!done()) {
    const Duration limit = clock.true_time_until(give_up);
    const Duration next = due_in(limit);
    if (next == limit) throw std::runtime_error("What is waited for never comes.");
    pass(next);
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

ports::Async<void> World::answer_to(api::HttpRequest request, Done done) {
  std::optional<api::HttpResponse> response;
  try {
    auto whole = co_await answer_whole(std::move(request));
    response = std::move(whole);
  } catch (...) {
    if (has_power_ && !ports::is_cancellation(std::current_exception())) throw;
  }
  done(std::move(response));
}

ports::Scope::Ticket World::serve(api::HttpRequest request, Done done) {
  return calls_.spawn(answer_to(std::move(request), std::move(done)));
}

std::shared_ptr<Pending> World::begin(std::string method, std::string target, std::string body, Peer peer) {
  api::HttpRequest request;
  request.method = std::move(method);
  request.target = target.starts_with("/pscheduler") ? std::move(target) : "/pscheduler" + target;
  request.body = std::move(body);
  request.host = host_name_;
  request.peer_address = peer.address;
  request.local_address = address_;
  if (!peer.header.empty()) request.headers.emplace_back("x-pscheduler-requester", peer.header);
  auto pending = std::make_shared<Pending>();
  pending->ticket = serve(std::move(request), [this, pending](std::optional<api::HttpResponse> response) {
    if (!response || !has_power_) {
      pending->cancelled = true;
      return;
    }
    pending->answer = Answer{response->status, response->content_type, std::move(response->body),
                             std::move(response->headers), clock.now()};
  });
  settle();
  return pending;
}

void World::give_up(Pending& pending) {
  calls_.cancel(pending.ticket);
  settle();
}

Answer World::call(std::string method, std::string target, std::string body, Peer peer) {
  const auto pending = begin(std::move(method), std::move(target), std::move(body), std::move(peer));
  go_on_until([&] { return pending->answer || pending->cancelled; });
  return pending->answer ? std::move(*pending->answer) : Answer{};
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

void World::limit(std::optional<std::string> text) {
  limits_text = std::move(text);
  loops_.spawn(limits.look());
  settle();
}

void World::stop() {
  if (stopped_) return;
  stopped_ = true;
  store.release();
  if (network_ != nullptr && has_power_) network_->refuse(host_name_);
  bool done = false;
  auto stopping = [](World& world) -> ports::Async<void> {
    co_await world.runner.stop();
    world.loops_.cancel_all();
    co_await world.loops_.join();
    co_await world.scheduling.stop();
    co_await world.archivist.stop();
    co_await world.submission.stop();
    co_await world.limits.stop();
    co_await world.errands.stop();
    co_await world.peer_memory.stop();
  };
  boost::asio::co_spawn(loop, stopping(*this), [&](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
    done = true;
  });
  go_on_until([&] { return done; });
}

// What is still being asked of it is given up.
void World::end_calls() {
  bool done = false;
  auto ending = [](World& world) -> ports::Async<void> {
    world.calls_.cancel_all();
    co_await world.calls_.join();
  };
  boost::asio::co_spawn(loop, ending(*this), [&](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
    done = true;
  });
  go_on_until([&] { return done; });
}

void World::lose_power() {
  if (!has_power_) return;
  has_power_ = false;
  store.cut_power();
  stay_.stop_time();
  if (network_ != nullptr) network_->lose_power(host_name_);
}

void World::crash() {
  lose_power();
  stop();
  end_calls();
}

}  // namespace pscheduler::test
