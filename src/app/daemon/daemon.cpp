#include "daemon.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/system_error.hpp>

#include "archive_files.hpp"
#include "notify.hpp"
#include "pscheduler/adapters/http/certificate.hpp"
#include "pscheduler/adapters/http/client.hpp"
#include "pscheduler/adapters/http/server.hpp"
#include "pscheduler/adapters/metrics/prometheus_metrics.hpp"
#include "pscheduler/adapters/process/posix_processes.hpp"
#include "pscheduler/adapters/store/sqlite_store.hpp"
#include "pscheduler/adapters/system/cares_resolver.hpp"
#include "pscheduler/adapters/system/inotify_watch.hpp"
#include "pscheduler/adapters/system/interface_networks.hpp"
#include "pscheduler/adapters/system/posix_files.hpp"
#include "pscheduler/adapters/system/read_file.hpp"
#include "pscheduler/adapters/system/system_clock.hpp"
#include "pscheduler/adapters/system/system_host_facts.hpp"
#include "pscheduler/adapters/system/system_random.hpp"
#include "pscheduler/api/api.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/limits/load.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/configurables_watch.hpp"
#include "pscheduler/services/default_archives.hpp"
#include "pscheduler/services/errands.hpp"
#include "pscheduler/services/housekeeping.hpp"
#include "pscheduler/services/limits.hpp"
#include "pscheduler/services/peer_memory.hpp"
#include "pscheduler/services/peers.hpp"
#include "pscheduler/services/plugins_host.hpp"

namespace pscheduler::app {

using namespace boost::asio::experimental::awaitable_operators;

namespace {

// Answers that are being made when the daemon stops have this long; long polls are cut then.
constexpr Duration kAnswerGrace = std::chrono::seconds(1);

Result<RequesterKeys> requester_keys(const Config& config) {
  auto keys = read_requester_keys(config.requester_keys);
  if (keys) return std::move(*keys);
  return fail(Errc::invalid_argument, "requester-keys: " + join(keys.error(), "; "));
}

services::ArchivistSettings archivist_settings(const Config& config, const std::string& host_name,
                                               const Zone& zone) {
  services::ArchivistSettings settings;
  settings.host_name = host_name;
  settings.scheme = config.plain_http ? "http" : "https";
  settings.zone = zone;
  settings.destinations = {config.archiving_stalled_after, config.keep_runs_tasks};
  return settings;
}

}  // namespace

// In the order in which they need each other.
struct Daemon::Parts {
  boost::asio::any_io_executor executor;
  boost::asio::thread_pool workers{1};  // for what would hold the loop
  adapters::SystemClock clock;
  adapters::SystemRandom random;
  adapters::PosixFiles files;
  adapters::PrometheusMetrics metrics;
  adapters::PosixProcesses processes;
  adapters::CaresResolver resolver;
  adapters::JqScripts scripts;
  adapters::InotifyWatch plugin_directories;
  adapters::InotifyWatch configurables_directory;
  adapters::InotifyWatch limits_directory;
  adapters::InotifyWatch archives_directory;
  adapters::InterfaceNetworks networks;
  adapters::SystemHostFacts host_facts;
  std::unique_ptr<adapters::SqliteStore> store;
  std::unique_ptr<services::PluginHost> plugins;
  services::RunEvents run_events;
  services::TaskBook book;
  std::unique_ptr<services::RunJournal> journal;
  std::unique_ptr<adapters::BeastHttpClient> http;
  std::unique_ptr<services::Peers> peers;
  std::unique_ptr<services::PeerMemory> peer_memory;
  std::unique_ptr<services::Errands> errands;
  std::unique_ptr<services::DefaultArchives> default_archives;
  std::unique_ptr<services::Archivist> archivist;
  std::unique_ptr<services::Runner> runner;
  std::unique_ptr<services::Limits> limits;
  std::unique_ptr<services::Scheduling> scheduling;
  std::unique_ptr<services::Housekeeping> housekeeping;
  std::unique_ptr<services::ConfigurablesWatch> configurables;
  std::unique_ptr<services::Admission> admission;
  std::unique_ptr<services::Submission> submission;
  std::unique_ptr<api::Api> api;
  std::unique_ptr<adapters::HttpServer> server;

  Parts(boost::asio::io_context& context, const Installation& installation, const Config& config)
      : executor(context.get_executor()),
        processes(adapters::PosixProcessesOptions{installation.shepherd}),
        resolver(executor, config.resolver.empty() ? std::nullopt : std::optional(config.resolver)),
        scripts(executor, processes, jq_options(installation)),
        plugin_directories(executor),
        configurables_directory(executor),
        limits_directory(executor),
        archives_directory(executor),
        host_facts(clock, processes, resolver),
        run_events(executor) {}
};

Daemon::Daemon(boost::asio::io_context& context, Config config, Installation installation,
               adapters::StderrLog& log)
    : context_(context),
      config_(std::move(config)),
      installation_(std::move(installation)),
      log_(log),
      stop_(context.get_executor()) {}

Daemon::~Daemon() = default;

void Daemon::request_stop() {
  stop_requested_ = true;
  stop_.notify_all();
}

void Daemon::renew_plugins() {
  if (plugins_ != nullptr) plugins_->look_again();
}

ports::AsyncResult<void> Daemon::start(Parts& parts) {
  std::error_code error;
  std::filesystem::create_directories(config_.data_directory, error);
  const auto scratch = config_.data_directory / "tmp";
  // What runs of an earlier life have left behind when it was killed.
  std::filesystem::remove_all(scratch, error);
  std::filesystem::create_directories(scratch, error);
  if (error) {
    co_return fail(Errc::unavailable, "The data directory " + config_.data_directory.string() +
                                          " cannot be used: " + error.message() +
                                          "; name another with --data-dir.");
  }
  adapters::StoreOptions store_options;
  store_options.synchronous = config_.store_synchronous;
  store_options.cache_bytes = config_.store_cache;
  auto store = adapters::SqliteStore::open(config_.data_directory / "pscheduler.sqlite", store_options);
  if (!store) co_return fail(std::move(store.error()));
  parts.store = std::move(*store);

  services::PluginHostPorts plugin_ports{parts.executor, parts.clock, parts.processes,
                                         parts.files,    log_,        &parts.metrics};
  services::PluginHostOptions plugin_options;
  plugin_options.class_roots = installation_.class_roots;
  plugin_options.temporary_directory = scratch;
  parts.plugins = std::make_unique<services::PluginHost>(plugin_ports, plugin_options);
  co_await (parts.plugins->take_inventory() && parts.host_facts.check_host_name());

  parts.journal = std::make_unique<services::RunJournal>(*parts.store, parts.clock, log_, parts.run_events);
  parts.journal->observe(parts.metrics);
  const auto local_zone = Zone::local();
  const Zone zone = local_zone ? *local_zone : Zone::utc();
  const std::string host_name = config_.host_name.empty() ? parts.host_facts.host_name() : config_.host_name;
  parts.archivist = std::make_unique<services::Archivist>(
      services::Archivist::Ports{parts.executor, *parts.store, parts.clock, parts.scripts, log_},
      *parts.plugins, *parts.plugins, *parts.journal, archivist_settings(config_, host_name, zone));
  co_await furnish_default_archives(parts);
  services::RunnerSettings runner_settings;
  runner_settings.parallel_max = static_cast<int>(config_.max_parallel_runs);
  runner_settings.straggle = config_.run_straggle;
  auto federated = federate(parts, zone);
  if (!federated) co_return federated;
  parts.runner = std::make_unique<services::Runner>(
      services::Runner::Ports{parts.executor, *parts.store, parts.clock, parts.random, parts.host_facts,
                              log_},
      *parts.plugins, *parts.journal, parts.book, *parts.peers, runner_settings);
  parts.runner->archive_with(*parts.archivist);
  furnish_limits(parts, zone);
  co_await parts.limits->look();
  parts.scheduling = std::make_unique<services::Scheduling>(
      services::Scheduling::Ports{parts.executor, *parts.store, parts.clock, parts.random, log_},
      *parts.plugins, *parts.journal, parts.book, *parts.runner, *parts.peers, *parts.errands, *parts.limits,
      services::SchedulingSettings{config_.schedule_horizon, config_.run_straggle, zone});
  furnish_housekeeping(parts);
  parts.admission = std::make_unique<services::Admission>(
      parts.book, *parts.store, parts.clock,
      services::AdmissionCaps{config_.max_tasks, config_.max_archivings});
  parts.submission = std::make_unique<services::Submission>(
      services::Submission::Ports{parts.executor, *parts.store, parts.clock, parts.random, parts.host_facts,
                                  parts.scripts, log_},
      *parts.plugins, *parts.scheduling, parts.book, *parts.peers, *parts.errands, *parts.limits,
      *parts.admission, services::SubmissionSettings{host_name, zone});
  auto keys = requester_keys(config_);
  if (!keys) co_return fail(std::move(keys.error()));
  parts.api = std::make_unique<api::Api>(
      api::Services{*parts.plugins, *parts.submission, *parts.scheduling, *parts.runner, *parts.journal,
                    parts.run_events, *parts.store, parts.clock, parts.host_facts, parts.processes, log_,
                    *parts.store, parts.metrics, *parts.housekeeping, *parts.archivist, *parts.peers,
                    *parts.errands, *parts.limits, *parts.admission},
      api::Settings{host_name, zone, std::move(*keys)});
  co_return co_await recover(parts);
}

// How it talks to other nodes.
Result<void> Daemon::federate(Parts& parts, const Zone& zone) {
  auto http = adapters::BeastHttpClient::make(parts.resolver);
  if (!http) return fail(std::move(http.error()));
  parts.http = std::move(*http);
  services::PeersSettings settings;
  settings.zone = zone;
  parts.peers = std::make_unique<services::Peers>(
      services::Peers::Ports{parts.executor, *parts.http, parts.clock, log_}, settings);
  parts.peer_memory = std::make_unique<services::PeerMemory>(
      services::PeerMemory::Ports{parts.executor, *parts.store, parts.clock}, *parts.peers);
  parts.errands = std::make_unique<services::Errands>(
      services::Errands::Ports{parts.executor, *parts.store, parts.clock, parts.random, log_}, *parts.peers,
      config_.keep_runs_tasks);
  return {};
}

// Who may run what.
void Daemon::furnish_limits(Parts& parts, const Zone& zone) {
  services::LimitPorts ports{
      parts.executor, parts.clock,    parts.scripts,       parts.resolver,
      *parts.http,    parts.networks, adapters::read_file, parts.workers.get_executor()};
  const auto read = [file = config_.limits]() -> Result<std::optional<std::string>> {
    std::error_code absent;
    if (!std::filesystem::is_regular_file(file, absent)) return std::nullopt;
    auto text = adapters::read_file(file, limits::kFileBytesMax);
    if (!text) return fail(std::move(text.error()));
    return std::optional(std::move(*text));
  };
  services::LimitsSettings settings;
  settings.file = config_.limits;
  settings.strictness = config_.strict_limits ? limits::Strictness::strict : limits::Strictness::as_before;
  settings.zone = zone;
  parts.limits =
      std::make_unique<services::Limits>(std::move(ports), *parts.store, log_, read, std::move(settings));
}

// Where all results go. Known before anything is recovered, as that makes results, too.
ports::Async<void> Daemon::furnish_default_archives(Parts& parts) {
  const auto read = [directory = config_.default_archives] { return read_archive_files(directory); };
  parts.default_archives = std::make_unique<services::DefaultArchives>(
      services::DefaultArchives::Ports{parts.executor, parts.clock, parts.files, parts.scripts, log_},
      *parts.plugins, config_.default_archives, read);
  parts.archivist->archive_also_to(*parts.default_archives);
  parts.plugins->on_inventory([&parts] { parts.default_archives->look_again(); });
  co_await parts.default_archives->look();
}

// What can be changed while it runs, and what is kept.
void Daemon::furnish_housekeeping(Parts& parts) {
  parts.housekeeping = std::make_unique<services::Housekeeping>(
      services::Housekeeping::Ports{parts.executor, *parts.store, *parts.store, parts.clock, log_},
      parts.run_events, parts.book, config_.keep_runs_tasks);
  parts.journal->on_expiry([&parts](Instant at) { parts.housekeeping->expires_at(at); });
  const auto read = [file = config_.configurables]() -> Result<Configurables> {
    auto configurables = read_configurables(file);
    if (configurables) return *configurables;
    std::string all;
    for (const auto& problem : configurables.error()) all += (all.empty() ? "" : "; ") + problem;
    return fail(Errc::invalid_argument, std::move(all));
  };
  const auto apply = [&parts, this](const Configurables& values) {
    const Duration straggle = values.run_straggle.value_or(config_.run_straggle);
    parts.runner->set_straggle(straggle);
    parts.scheduling->set_straggle(straggle);
    const Duration keep = values.keep_runs_tasks.value_or(config_.keep_runs_tasks);
    parts.housekeeping->set_keep(keep);
    parts.errands->set_keep(keep);
    parts.archivist->destinations().set_keep(keep);
  };
  parts.configurables = std::make_unique<services::ConfigurablesWatch>(
      services::ConfigurablesWatch::Ports{parts.clock, parts.files, log_}, config_.configurables, read,
      apply);
  parts.configurables->look();
}

// Takes up what an earlier life has left.
ports::AsyncResult<void> Daemon::recover(Parts& parts) {
  auto known = co_await parts.peer_memory->recover();
  if (!known) co_return known;
  auto resumed = co_await parts.runner->recover();
  if (!resumed) co_return resumed;
  auto owed = co_await parts.errands->recover();
  if (!owed) co_return owed;
  auto given_up = co_await parts.submission->recover();
  if (!given_up) co_return given_up;
  co_return co_await parts.scheduling->recover();
}

ports::AsyncResult<void> Daemon::serve(Parts& parts) {
  adapters::HttpServerOptions options;
  options.listen = config_.listen;
  options.skip_absent = config_.listen_is_default;
  options.plain_http = config_.plain_http;
  options.limits.body_bytes_max = static_cast<std::size_t>(config_.body_bytes_max);
  options.limits.connections_max = static_cast<std::size_t>(config_.connections_max);
  options.limits.connections_per_address_max = static_cast<std::size_t>(config_.connections_per_address_max);
  options.certificate = config_.tls_certificate;
  options.key = config_.tls_key;
  if (!options.plain_http && options.certificate.empty()) {
    auto made = adapters::ensure_certificate(config_.data_directory / "tls", parts.host_facts.host_name());
    if (!made) co_return fail(std::move(made.error()));
    options.certificate = made->certificate;
    options.key = made->key;
  }
  auto server = adapters::HttpServer::start(parts.executor, std::move(options), *parts.api, log_);
  if (!server) co_return fail(std::move(server.error()));
  parts.server = std::move(*server);
  std::string addresses;
  for (const auto& address : parts.server->addresses()) {
    addresses += (addresses.empty() ? "" : " ") + address.to_string();
  }
  log_.write(ports::kServerReady,
             {{"addresses", addresses}, {"data_directory", config_.data_directory.string()}});
  notify_ready(addresses);

  auto running = parts.runner->work();
  auto planning = parts.scheduling->work();
  auto archiving = parts.archivist->work();
  auto doing_errands = parts.errands->work();
  auto remembering = parts.peer_memory->work();
  auto housekeeping = parts.housekeeping->work();
  auto configuring = parts.configurables->work(parts.configurables_directory);
  auto limiting = parts.limits->work(parts.limits_directory, parts.files);
  auto archiving_also = parts.default_archives->work(parts.archives_directory);
  auto watching = parts.plugins->watch(parts.plugin_directories);
  auto alive = keep_watchdog(parts.clock);
  plugins_ = parts.plugins.get();
  auto stopping = stop_.wait();
  if (!stop_requested_) {
    co_await (std::move(stopping) || std::move(running) || std::move(planning) || std::move(archiving) ||
              std::move(doing_errands) || std::move(remembering) || std::move(housekeeping) ||
              std::move(configuring) || std::move(limiting) || std::move(archiving_also) ||
              std::move(watching) || std::move(alive));
  }
  co_return Result<void>{};
}

ports::Async<void> Daemon::drain(Parts& parts) {
  plugins_ = nullptr;
  log_.write(ports::kServerStopping, {});
  notify_stopping();
  if (parts.runner) co_await parts.runner->stop();
  if (parts.scheduling) co_await parts.scheduling->stop();
  if (parts.archivist) co_await parts.archivist->stop();
  if (parts.submission) co_await parts.submission->stop();
  if (parts.errands) co_await parts.errands->stop();
  if (parts.server) co_await parts.server->stop(kAnswerGrace);
  if (parts.limits) co_await parts.limits->stop();
  if (parts.peer_memory) co_await parts.peer_memory->stop();
  if (parts.plugins) co_await parts.plugins->stop();
  co_await parts.scripts.stop();
  if (parts.store) parts.store->stop();
  log_.write(ports::kServerStopped, {});
}

ports::AsyncResult<void> Daemon::run() {
  auto parts = std::make_unique<Parts>(context_, installation_, config_);
  auto started = co_await start(*parts);
  if (started) started = co_await serve(*parts);
  co_await drain(*parts);
  co_return started;
}

}  // namespace pscheduler::app
