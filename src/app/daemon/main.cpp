// pschedulerd: the daemon's program.

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "check_archives.hpp"
#include "daemon.hpp"
#include "pscheduler/ports/messages.hpp"

namespace {

using namespace pscheduler;

constexpr int kFailure = 1;
constexpr int kUsage = 2;
constexpr rlim_t kDescriptorsMax = 65536;  // above what the connection limits can use

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

int report(const app::ConfigProblems& problems) {
  for (const auto& problem : problems) std::cerr << "pschedulerd: " << problem << '\n';
  return problems.empty() ? EXIT_SUCCESS : kFailure;
}

// TERM and INT end the daemon, USR1 and USR2 turn debug lines on and off, HUP has it look at its plug-ins
// again.
void watch_signals(boost::asio::signal_set& signals, app::Daemon& daemon, ports::Log& log) {
  signals.async_wait([&](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (signal == SIGTERM || signal == SIGINT) daemon.request_stop();
    if (signal == SIGHUP) daemon.renew_plugins();
    if (signal == SIGUSR1 || signal == SIGUSR2) log.set_debug(signal == SIGUSR1);
    watch_signals(signals, daemon, log);
  });
}

// More descriptors than a login shell gives: clients and tools need some each.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min(limit.rlim_max, kDescriptorsMax);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Plug-ins ask this node under the name by which it goes (spec plugins.md 2.3), unless they are to know
// another.
void tell_plugins(const std::string& host_name) {
  constexpr int kKeepWhatIsSet = 0;
  if (!host_name.empty()) ::setenv("PSCHEDULER_LOCALHOST", host_name.c_str(), kKeepWhatIsSet);
}

int serve(app::Config config) {
  raise_descriptor_limit();
  tell_plugins(config.host_name);
  auto installation = app::find_installation(config.plugins);
  if (!installation) {
    std::cerr << "pschedulerd: " << installation.error().message << '\n';
    return kFailure;
  }
  adapters::StderrLog log(config.log_level);
  boost::asio::io_context context(1);
  app::Daemon daemon(context, std::move(config), std::move(*installation), log);
  boost::asio::signal_set signals(context, SIGTERM, SIGINT, SIGHUP);
  signals.add(SIGUSR1);
  signals.add(SIGUSR2);
  watch_signals(signals, daemon, log);
  int status = EXIT_SUCCESS;
  boost::asio::co_spawn(context, daemon.run(), [&](const std::exception_ptr& exception, Result<void> ended) {
    if (exception) {
      status = kFailure;
      context.stop();
      std::rethrow_exception(exception);
    }
    if (!ended) {
      std::cerr << "pschedulerd: " << ended.error().message << '\n';
      status = kFailure;
    }
    context.stop();
  });
  context.run();
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto command_line = app::parse_command_line(arguments);
    if (!command_line) {
      std::cerr << "pschedulerd: " << command_line.error().message << "\nTry pschedulerd --help.\n";
      return kUsage;
    }
    if (command_line->action == app::Action::print_text) {
      std::cout << command_line->text;
      return EXIT_SUCCESS;
    }
    auto config = app::load_config(*command_line, environment);
    if (!config) return report(config.error());
    if (command_line->action == app::Action::print_config) {
      std::cout << app::config_as_json(*config);
      return EXIT_SUCCESS;
    }
    if (command_line->action == app::Action::check) {
      auto problems = app::check_files(*config);
      for (auto& problem : app::check_default_archives(*config)) problems.push_back(std::move(problem));
      if (problems.empty()) std::cout << "The configuration is good.\n";
      return report(problems);
    }
    return serve(std::move(*config));
  } catch (const std::exception& error) {
    std::cerr << "pschedulerd: " << error.what() << '\n';
    return kFailure;
  }
}
