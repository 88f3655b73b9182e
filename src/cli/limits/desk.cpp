#include "cli/limits/desk.hpp"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "cli/program/run_to_end.hpp"
#include "pscheduler/adapters/http/client.hpp"
#include "pscheduler/adapters/jq/jq_scripts.hpp"
#include "pscheduler/adapters/process/posix_processes.hpp"
#include "pscheduler/adapters/system/cares_resolver.hpp"
#include "pscheduler/adapters/system/interface_networks.hpp"
#include "pscheduler/adapters/system/read_file.hpp"
#include "pscheduler/adapters/system/system_clock.hpp"
#include "pscheduler/services/limit_rules.hpp"

namespace pscheduler::cli::limits_program {
namespace {

namespace fs = std::filesystem;

struct Companions {
  fs::path shepherd;
  fs::path jq_helper;
  std::vector<fs::path> jq_modules;
};

// Beside this program as in the build tree and where they are installed.
Result<Companions> find_companions() {
  std::error_code problem;
  const auto here = fs::read_symlink("/proc/self/exe", problem).parent_path();
  Companions found;
  found.shepherd = here / "pscheduler-shepherd";
  found.jq_helper = here / "pscheduler-jq-helper";
  for (const auto& program : {found.shepherd, found.jq_helper}) {
    if (::access(program.c_str(), X_OK) != 0) {
      return fail(Errc::unavailable, program.string() + " is missing; install pscheduler completely");
    }
  }
  for (const auto* modules : {"../lib/jq", "../jq"}) {
    if (auto folder = fs::canonical(here / modules, problem); !problem) found.jq_modules.push_back(folder);
  }
  return found;
}

adapters::JqScriptsOptions jq_options(const Companions& companions) {
  adapters::JqScriptsOptions options;
  options.helper = companions.jq_helper;
  options.module_paths = companions.jq_modules;
  return options;
}

template <class T>
ports::AsyncResult<T> as_result(ports::Async<T> operation) {
  auto value = co_await std::move(operation);
  co_return value;
}

}  // namespace

struct Desk::Parts {
  boost::asio::io_context loop{1};
  adapters::SystemClock clock;
  adapters::PosixProcesses processes;
  adapters::JqScripts scripts;
  adapters::CaresResolver resolver;
  adapters::InterfaceNetworks networks;
  std::unique_ptr<adapters::BeastHttpClient> http;
  std::shared_ptr<services::LimitRules> rules;

  Parts(const Companions& companions, const std::optional<std::string>& server)
      : processes(adapters::PosixProcessesOptions{companions.shepherd}),
        scripts(loop.get_executor(), processes, jq_options(companions)),
        resolver(loop.get_executor(), server) {}
};

Result<std::unique_ptr<Desk>> Desk::open(const std::optional<std::string>& resolver) {
  const auto companions = find_companions();
  if (!companions) return fail(companions.error());
  auto parts = std::make_unique<Parts>(*companions, resolver);
  auto http = adapters::BeastHttpClient::make(parts->resolver);
  if (!http) return fail(std::move(http.error()));
  parts->http = std::move(*http);
  return std::unique_ptr<Desk>(new Desk(std::move(parts)));
}

Desk::Desk(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Desk::~Desk() = default;

Result<Desk::Loaded> Desk::load(std::string text, limits::Strictness strictness) {
  services::LimitPorts ports{parts_->loop.get_executor(),
                             parts_->clock,
                             parts_->scripts,
                             parts_->resolver,
                             *parts_->http,
                             parts_->networks,
                             adapters::read_file};
  auto loading = as_result(services::LimitRules::load(std::move(ports), std::move(text), strictness));
  auto loaded = run_to_end(parts_->loop, std::move(loading));
  if (!loaded) return fail(std::move(loaded.error()));
  parts_->rules = std::move(loaded->rules);
  return Loaded{std::move(loaded->problems), std::move(loaded->warnings)};
}

bool Desk::can_rewrite() const {
  return parts_->rules && parts_->rules->can_rewrite();
}

Result<limits::Decision> Desk::decide(limits::Proposal proposal) {
  if (!parts_->rules) return limits::unlimited();
  return run_to_end(parts_->loop, as_result(parts_->rules->decide(std::move(proposal))));
}

}  // namespace pscheduler::cli::limits_program
