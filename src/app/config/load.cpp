#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/config/config_file.hpp"
#include "app/config/limits_check.hpp"
#include "app/config/values.hpp"
#include "pscheduler/adapters/http/certificate.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::app {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kSystemDataDirectory = "/var/lib/pscheduler";

void apply_overrides(const CommandLine& command_line, Config& config, ConfigProblems& problems) {
  std::vector<const ConfigKey*> lists_begun;  // the first item on the command line replaces the file's list
  for (const auto& [name, value] : command_line.overrides) {
    const auto* const key = find_config_key(name);
    if (key == nullptr) {
      problems.push_back("--" + name + ": there is no such option");
      continue;
    }
    if (is_list(*key) && std::find(lists_begun.begin(), lists_begun.end(), key) == lists_begun.end()) {
      clear_list(config, *key);
      lists_begun.push_back(key);
    }
    const auto done = set_from_text(config, *key, value);
    if (!done) problems.push_back("--" + name + ": " + done.error().message);
    if (name == "listen") config.listen_is_default = false;
  }
}

bool is_any_key(std::string_view) {
  return true;
}

// Whether the directory, or the one it would be made in, can be written to.
bool is_writable(const fs::path& directory) {
  std::error_code error;
  const auto& existing = fs::exists(directory, error) ? directory : directory.parent_path();
  return ::access(existing.c_str(), W_OK | X_OK) == 0;
}

fs::path usual_data_directory(const Environment& environment) {
  if (is_writable(kSystemDataDirectory)) return kSystemDataDirectory;
  if (const auto state = environment("XDG_STATE_HOME"); state && fs::path(*state).is_absolute()) {
    return fs::path(*state) / "pschedulerd";
  }
  if (const auto home = environment("HOME"); home && fs::path(*home).is_absolute()) {
    return fs::path(*home) / ".local/state/pschedulerd";
  }
  return kSystemDataDirectory;
}

// What concerns more than one key.
void check_together(const Config& config, ConfigProblems& problems) {
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    problems.emplace_back("tls-certificate and tls-key go together; give both or neither");
  }
  if (config.listen.empty()) problems.emplace_back("listen: at least one address is needed");
  for (const auto& where : config.listen) {
    if (!config.plain_http || where.is_loopback()) continue;
    problems.push_back("plain-http: only loopback addresses may go without TLS, and listen has " +
                       where.to_string());
  }
}

// The certificate that was given, or the one of an earlier start.
void check_tls(const Config& config, ConfigProblems& problems) {
  if (config.plain_http) return;
  auto files = adapters::certificate_files(config.data_directory / "tls");
  if (!config.tls_certificate.empty()) {
    files = {config.tls_certificate, config.tls_key};
  } else if (::access(files.certificate.c_str(), F_OK) != 0 || ::access(files.key.c_str(), F_OK) != 0) {
    return;
  }
  for (const auto& problem : adapters::check_certificate(files)) problems.push_back(problem.message);
}

}  // namespace

tl::expected<Config, ConfigProblems> load_config(const CommandLine& command_line,
                                                 const Environment& environment) {
  Config config;
  ConfigProblems problems;
  for (const auto& key : config_keys()) set_preset(config, key);
  std::error_code error;
  const auto file = command_line.config_file.value_or(kConfigFileDefault);
  const bool has_file = command_line.config_file || fs::exists(file, error);
  std::vector<std::string> given;
  const bool understood = !has_file || read_config_file(file, is_any_key, config, given, problems);
  if (std::find(given.begin(), given.end(), "listen") != given.end()) config.listen_is_default = false;
  apply_overrides(command_line, config, problems);
  if (config.data_directory.empty()) config.data_directory = usual_data_directory(environment);
  for (auto* path : {&config.data_directory, &config.configurables, &config.limits, &config.default_archives,
                     &config.requester_keys, &config.tls_certificate, &config.tls_key}) {
    if (!path->empty()) *path = fs::absolute(*path).lexically_normal();
  }
  for (auto& path : config.plugins) path = fs::absolute(path).lexically_normal();
  if (problems.empty()) check_together(config, problems);
  if (problems.empty()) return config;
  if (understood && command_line.action == Action::check) {
    for (auto& problem : check_files(config)) problems.push_back(std::move(problem));
  }
  return tl::unexpected(std::move(problems));
}

ConfigProblems check_files(const Config& config) {
  ConfigProblems problems;
  std::error_code error;
  check_tls(config, problems);
  if (!config.listen_is_default) {
    for (const auto& where : config.listen) {
      const auto usable = adapters::check_listen_address(where);
      if (!usable) problems.push_back("listen: " + usable.error().message);
    }
  }
  for (const auto& directory : config.plugins) {
    if (fs::is_directory(directory, error) && ::access(directory.c_str(), R_OK | X_OK) == 0) continue;
    problems.push_back(fmt::format("plugins: '{}' is not a directory that can be read", directory.string()));
  }
  if (const auto configurables = read_configurables(config.configurables); !configurables) {
    for (const auto& problem : configurables.error()) problems.push_back(problem);
  }
  for (auto& problem : check_limits(config)) problems.push_back(std::move(problem));
  if (const auto keys = read_requester_keys(config.requester_keys); !keys) {
    for (const auto& problem : keys.error()) problems.push_back(problem);
  }
  auto existing = config.data_directory;
  while (!fs::exists(existing, error) && existing.has_relative_path()) existing = existing.parent_path();
  if (!fs::is_directory(existing, error) || ::access(existing.c_str(), W_OK | X_OK) != 0) {
    problems.push_back(
        fmt::format("data-dir: '{}' cannot be written by this user; choose another with --data-dir",
                    config.data_directory.string()));
  }
  return problems;
}

std::string config_as_json(const Config& config) {
  Json document = {{"schema", kConfigSchema}};
  for (const auto& key : config_keys()) {
    auto value = value_as_json(config, key);
    const bool unset = (value.is_string() && value.get_ref<const std::string&>().empty()) ||
                       (value.is_array() && value.empty());
    if (!unset) document[std::string(key.name)] = std::move(value);
  }
  return json::to_pretty(document) + "\n";
}

}  // namespace pscheduler::app
