#pragma once
// The few things the services ask of the file system. All of it is quick and local; nothing waits.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/base/result.hpp"

namespace pscheduler::ports {

enum class FileMode : unsigned {
  private_data = 0600,
  private_program = 0700,
};

class Files {
 public:
  virtual ~Files() = default;

  // Names of the directories directly inside, links to directories included, without those that begin with
  // '.', sorted. not_found when there is no such directory, unavailable when it cannot be read.
  [[nodiscard]] virtual Result<std::vector<std::string>> directories_in(
      const std::filesystem::path& path) const = 0;

  // Whether it is a regular file (or a link to one) that this process may execute.
  [[nodiscard]] virtual bool is_executable(const std::filesystem::path& path) const = 0;

  // Absolute, without links and dots; absent when it does not exist.
  [[nodiscard]] virtual std::optional<std::filesystem::path> real_path(
      const std::filesystem::path& path) const = 0;

  // Makes a new directory with an unpredictable name inside `parent`, mode 0700; unavailable when that fails.
  virtual Result<std::filesystem::path> make_private_directory(const std::filesystem::path& parent,
                                                               std::string_view prefix) = 0;

  // Makes one directory, mode 0700; unavailable when that fails or it exists.
  virtual Result<void> make_directory(const std::filesystem::path& path) = 0;

  // Writes a new file; unavailable when that fails or it exists.
  virtual Result<void> write_new_file(const std::filesystem::path& path, std::string_view content,
                                      FileMode mode) = 0;

  // Deletes a directory with all it contains, also what was made read-only; links are not followed. Returns
  // at once: the work is done beside the caller, and finished when this object is gone.
  virtual void remove_tree(std::filesystem::path path) = 0;
};

}  // namespace pscheduler::ports
