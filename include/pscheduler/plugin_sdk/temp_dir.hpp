#pragma once
// A private folder for the files of a run, below TMPDIR (the daemon gives each run one of its own) or /tmp.

#include <filesystem>

#include "pscheduler/base/result.hpp"

namespace pscheduler::sdk {

class TempDir {
 public:
  // Mode 0700; fails with the system's reason.
  static Result<TempDir> create();

  TempDir(TempDir&& other) noexcept;
  TempDir& operator=(TempDir&&) = delete;
  ~TempDir();  // removes the folder with all that is in it

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit TempDir(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace pscheduler::sdk
