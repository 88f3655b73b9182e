#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "app/config/values.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::app {
namespace {

constexpr std::string_view kDescription =
    "pschedulerd - schedules and runs network measurements for pScheduler clients and nodes";

constexpr std::string_view kExamples =
    "Examples:\n"
    "  pschedulerd\n"
    "      serves this host only, on 127.0.0.1:8443; state in the usual place for this user\n"
    "  pschedulerd --listen 0.0.0.0:443 --listen '[::]:443' --hostname ps.example.org\n"
    "      serves everybody on the standard port\n"
    "  pschedulerd --data-dir /tmp/node1 --listen 127.0.0.1:9001 --hostname 127.0.0.1:9001\n"
    "      one of several nodes on one host; PSCHEDULER_LOCALHOST=127.0.0.1:9001 leads the client to it\n"
    "  pschedulerd --check --config new.json\n"
    "      says everything that is wrong with a configuration, and starts nothing\n";

std::string value_name(const ConfigKey& key) {
  if (key.name == "listen" || key.name == "resolver") return "ADDR:PORT";
  if (key.name == "hostname") return "NAME";
  if (key.name == "data-dir" || key.name == "plugins" || key.name == "default-archives") return "DIR";
  if (std::holds_alternative<std::filesystem::path Config::*>(key.target)) return "FILE";
  if (std::holds_alternative<Duration Config::*>(key.target)) return "DURATION";
  if (std::holds_alternative<std::int64_t Config::*>(key.target)) return "N";
  return "VALUE";
}

std::string help_of(const ConfigKey& key) {
  const auto preset = key.preset_text.empty() ? key.preset : key.preset_text;
  return std::string(key.help) + " Default: " + std::string(preset) + ".";
}

// Every key of the table as an option; what was given is collected in the order of the table.
class KeyOptions {
 public:
  explicit KeyOptions(CLI::App& app) {
    for (const auto& key : config_keys()) {
      const auto name = "--" + std::string(key.name);
      const auto help = help_of(key);
      auto& entry = options_.emplace_back(Entry{&key, nullptr, {}});
      if (std::holds_alternative<bool Config::*>(key.target)) {
        entry.option = app.add_flag(name, help);
      } else {
        add_valued(app, name, help, entry);
      }
      entry.option->group("Options, each also a key of the configuration file");
    }
  }

  [[nodiscard]] std::vector<std::pair<std::string, std::string>> given() const {
    std::vector<std::pair<std::string, std::string>> result;
    for (const auto& entry : options_) {
      if (entry.option->count() == 0) continue;
      if (entry.values.empty()) result.emplace_back(entry.key->name, "true");
      for (const auto& value : entry.values) result.emplace_back(entry.key->name, value);
    }
    return result;
  }

 private:
  struct Entry {
    const ConfigKey* key;
    CLI::Option* option;
    std::vector<std::string> values;
  };

  static void add_valued(CLI::App& app, const std::string& name, const std::string& help, Entry& entry) {
    entry.option = app.add_option(name, entry.values, help);
    entry.option->type_name(value_name(*entry.key))->expected(1)->allow_extra_args(false);
    entry.option->multi_option_policy(is_list(*entry.key) ? CLI::MultiOptionPolicy::TakeAll
                                                          : CLI::MultiOptionPolicy::Throw);
  }

  std::deque<Entry> options_;  // CLI11 keeps pointers to the values
};

}  // namespace

Result<CommandLine> parse_command_line(std::span<const std::string> arguments) {
  CommandLine result;
  CLI::App app{std::string(kDescription), "pschedulerd"};
  app.set_help_flag();  // help and version answer as text, without CLI11's exceptions
  std::string config_file;
  auto* const config = app.add_option(
      "--config", config_file, "Configuration file. Default: " + std::string(kConfigFileDefault) + ".");
  config->type_name("FILE");
  const auto flag = [&app](const char* name, const std::string& text) { return app.add_flag(name, text); };
  const auto* const check = flag("--check", "Says everything that is wrong and ends; exit status 1 if so.");
  const auto* const print = flag("--print-config", "Prints the configuration in force and ends.");
  const auto* const version = flag("--version", "Prints the version and ends.");
  const auto* const help = flag("-h,--help", "Prints this and ends.");
  const KeyOptions keys(app);
  app.footer(std::string(kExamples));

  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // the order CLI11 takes them in
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    return fail(Errc::invalid_argument, std::string(error.what()) + "; pschedulerd --help shows all options");
  }
  if (config->count() > 0) result.config_file = config_file;
  result.overrides = keys.given();
  if (help->count() > 0) {
    result.action = Action::print_text;
    result.text = app.help();
  } else if (version->count() > 0) {
    result.action = Action::print_text;
    result.text = "pschedulerd " PSCHEDULER_VERSION "\n";
  } else if (check->count() > 0) {
    result.action = Action::check;
  } else if (print->count() > 0) {
    result.action = Action::print_config;
  }
  return result;
}

}  // namespace pscheduler::app
