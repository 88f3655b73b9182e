#pragma once
// The configuration of the daemon: defaults, then a JSON file, then the command line.
//
// One table (src/app/config/table.cpp) says for each key its type, range, default and help; the file, the
// command line, --print-config and docs/configuration.md all come from it.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pscheduler/adapters/http/listen_address.hpp"
#include "pscheduler/adapters/store/sqlite_store.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/model/configurables.hpp"
#include "pscheduler/model/requester_keys.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::app {

inline constexpr std::string_view kConfigFileDefault = "/etc/pscheduler/pschedulerd.json";

struct Config {
  std::vector<adapters::ListenAddress> listen;
  bool listen_is_default = true;  // then an address that this host does not have is no error
  std::string host_name;          // what the node calls itself; empty: the host's name
  std::filesystem::path data_directory;
  std::vector<std::filesystem::path> plugins;  // class roots; empty: found by the program
  std::filesystem::path configurables;         // read again when it changes; need not exist
  std::filesystem::path limits;                // read again when it changes; need not exist
  bool strict_limits = false;
  std::filesystem::path default_archives;  // a directory, read again when it changes; need not exist
  std::filesystem::path requester_keys;    // empty: nobody may ask for others
  std::string resolver;                    // ADDR:PORT; empty: the system's
  std::filesystem::path tls_certificate;   // both or neither; neither: made at the first start
  std::filesystem::path tls_key;
  bool plain_http = false;
  std::int64_t max_parallel_runs = 0;
  std::int64_t max_tasks = 0;
  std::int64_t max_archivings = 0;
  Duration archiving_stalled_after{};
  Duration run_straggle{};
  Duration schedule_horizon{};
  Duration keep_runs_tasks{};
  std::int64_t body_bytes_max = 0;
  std::int64_t connections_max = 0;
  std::int64_t connections_per_address_max = 0;
  adapters::Synchronous store_synchronous = adapters::Synchronous::full;
  std::int64_t store_cache = 0;  // bytes
  ports::Level log_level = ports::Level::info;
};

// What the command line asks for.
enum class Action {
  serve,
  check,         // --check: say whether the configuration is good
  print_config,  // --print-config: show what is in force
  print_text,    // --help, --version: print CommandLine::text
};

struct CommandLine {
  Action action = Action::serve;
  std::string text;
  std::optional<std::filesystem::path> config_file;            // --config
  std::vector<std::pair<std::string, std::string>> overrides;  // key and value, in the order given
};

// Arguments without the program's name. invalid_argument names the option.
Result<CommandLine> parse_command_line(std::span<const std::string> arguments);

// The value of an environment variable, or nothing.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

// All problems at once, each a line for the operator, with FILE:LINE:COLUMN where it is known.
using ConfigProblems = std::vector<std::string>;

// Puts the configuration together. A file named by --config must be there; the default one need not. When a
// check was asked for, the problems are also those of check_files(), as far as the rest of the configuration
// goes.
tl::expected<Config, ConfigProblems> load_config(const CommandLine& command_line,
                                                 const Environment& environment);

// What the file of configurables says; nothing when it does not exist.
tl::expected<Configurables, ConfigProblems> read_configurables(const std::filesystem::path& file);

// The keys of proxies: a JSON object {NAME: KEY, …}. None without a file. Problems never show a key.
tl::expected<RequesterKeys, ConfigProblems> read_requester_keys(const std::filesystem::path& file);

// What --check looks at beyond that: whether certificate and key belong together, this host has the addresses
// to listen on, the directories can be used, and the configurables, the limits and the keys of proxies are
// good.
ConfigProblems check_files(const Config& config);

// As a configuration file with every key.
std::string config_as_json(const Config& config);

// The reference of all keys for docs/configuration.md.
std::string config_manual();

}  // namespace pscheduler::app
