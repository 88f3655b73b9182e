// The file of what can be changed while the daemon runs: some keys of the configuration, by the same rules.

#include <algorithm>

#include "app/config/config_file.hpp"

namespace pscheduler::app {
namespace {

constexpr std::string_view kKeep = "keep-runs-tasks";
constexpr std::string_view kStraggle = "run-straggle";

bool is_configurable(std::string_view key) {
  return key == kKeep || key == kStraggle;
}

}  // namespace

tl::expected<Configurables, ConfigProblems> read_configurables(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) return Configurables{};
  Config values;
  std::vector<std::string> given;
  ConfigProblems problems;
  read_config_file(file, is_configurable, values, given, problems);
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  const auto has = [&](std::string_view key) {
    return std::find(given.begin(), given.end(), key) != given.end();
  };
  Configurables configurables;
  if (has(kKeep)) configurables.keep_runs_tasks = values.keep_runs_tasks;
  if (has(kStraggle)) configurables.run_straggle = values.run_straggle;
  return configurables;
}

}  // namespace pscheduler::app
