#pragma once
// Commands that other packages add by dropping an executable into a commands directory (spec
// cli.md, 1.1, 1.2).

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"

namespace pscheduler::cli {

class ExternalCommands {
 public:
  // Directories are searched in order; the first that has a name wins. Missing ones are skipped.
  explicit ExternalCommands(std::vector<std::filesystem::path> directories)
      : directories_(std::move(directories)) {}

  // Beside this program (../lib/pscheduler/commands), then where the system's packages put them.
  static ExternalCommands installed();

  [[nodiscard]] std::vector<std::string> names() const;

  // The executable of that name; names with a '/' and empty ones have none.
  [[nodiscard]] std::optional<std::filesystem::path> find(const std::string& name) const;

 private:
  std::vector<std::filesystem::path> directories_;
};

// Becomes that program, with the words untouched. Returns only when that fails: the reason.
std::string become(const std::filesystem::path& program, const Words& words);

}  // namespace pscheduler::cli
