#include "cli/external_commands.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pscheduler::cli {
namespace {

namespace fs = std::filesystem;

bool is_command(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

}  // namespace

ExternalCommands ExternalCommands::installed() {
  std::vector<fs::path> directories;
  std::error_code problem;
  const auto program = fs::read_symlink("/proc/self/exe", problem);
  if (!problem) directories.push_back(program.parent_path().parent_path() / "lib/pscheduler/commands");
  directories.emplace_back("/usr/lib/pscheduler/commands");
  directories.emplace_back("/usr/libexec/pscheduler/commands");
  return ExternalCommands(std::move(directories));
}

std::vector<std::string> ExternalCommands::names() const {
  std::vector<std::string> names;
  for (const auto& directory : directories_) {
    std::error_code problem;
    for (fs::directory_iterator entry(directory, problem), end; !problem && entry != end;
         entry.increment(problem)) {
      if (is_command(entry->path())) names.push_back(entry->path().filename());
    }
  }
  return names;
}

std::optional<fs::path> ExternalCommands::find(const std::string& name) const {
  if (name.empty() || name.find('/') != std::string::npos) return std::nullopt;
  for (const auto& directory : directories_) {
    auto path = directory / name;
    if (is_command(path)) return path;
  }
  return std::nullopt;
}

std::string become(const fs::path& program, const Words& words) {
  Words arguments = words;
  arguments.insert(arguments.begin(), program.string());
  std::vector<char*> pointers;
  for (auto& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  execv(program.c_str(), pointers.data());
  return program.string() + ": " + std::strerror(errno);
}

}  // namespace pscheduler::cli
