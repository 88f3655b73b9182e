#pragma once
// Keeps a second process off the same database.

#include <string>

#include "pscheduler/base/result.hpp"

namespace pscheduler::adapters::store {

// Holds the lock until destroyed; the system releases it when the process ends in any way.
class LockFile {
 public:
  // Locks `database`.lock; unavailable when another process (or another store of this one) holds it.
  static Result<LockFile> take(const std::string& database);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace pscheduler::adapters::store
