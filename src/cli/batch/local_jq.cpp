#include "cli/batch/local_jq.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"

namespace pscheduler::cli {
namespace {

namespace fs = std::filesystem;

// Of a batch every program is kept: thousands of usual size.
constexpr std::size_t kProgramsBytesMax = std::size_t{256} << 20;

void add_folder(std::vector<fs::path>& folders, const fs::path& folder) {
  std::error_code problem;
  auto real = fs::canonical(folder, problem);
  if (!problem && fs::is_directory(real, problem)) folders.push_back(std::move(real));
}

adapters::JqEngineOptions engine_options(const Environment& environment) {
  adapters::JqEngineOptions options;
  options.cache_bytes_max = kProgramsBytesMax;
  auto& folders = options.module_paths;
  if (const auto home = environment.variable("HOME").value_or(""); !home.empty()) {
    add_folder(folders, fs::path(home) / ".jq");
  }
  std::error_code problem;
  const auto path = environment.variable("PATH").value_or("");
  for (const auto entry : split(path, ':')) {
    const fs::path folder(entry);
    if (entry.empty() || !fs::exists(folder / "jq", problem)) continue;
    add_folder(folders, folder / "../lib/jq");
    add_folder(folders, folder / "../lib");
  }
  const auto program = fs::read_symlink("/proc/self/exe", problem);
  if (!problem) add_folder(folders, program.parent_path() / "../lib/jq");
  return options;
}

adapters::JqScript engine_script(const ports::Script& script) {
  return {script.text, script.variables};
}

}  // namespace

LocalJq::LocalJq(const Environment& environment) : engine_(engine_options(environment)) {}

Result<void> LocalJq::check(const ports::Script& script) {
  return engine_.check(engine_script(script));
}

Result<std::optional<Json>> LocalJq::first(const ports::Script& script, const Json& input,
                                           const Json& variables) {
  return engine_.first(engine_script(script), input, variables);
}

}  // namespace pscheduler::cli
