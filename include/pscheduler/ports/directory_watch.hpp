#pragma once
// Being told when directories change, instead of looking again and again.

#include <filesystem>
#include <vector>

#include "pscheduler/ports/async.hpp"

namespace pscheduler::ports {

class DirectoryWatch {
 public:
  virtual ~DirectoryWatch() = default;

  // Watches these directories from now on, and no others; those that do not exist are left out.
  virtual void watch(const std::vector<std::filesystem::path>& directories) = 0;

  // Ends when an entry of a watched directory was made, removed, renamed, written or given other rights since
  // this last ended; many changes at once end it once.
  virtual Async<void> changed() = 0;
};

}  // namespace pscheduler::ports
