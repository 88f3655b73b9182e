#pragma once
// Removes tasks that have no runs, and what belongs to nothing, inside a transaction that the caller holds.
// Throws SQLite::Exception.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>

#include "pscheduler/ports/store.hpp"

namespace pscheduler::adapters::store {

class Removals {
 public:
  explicit Removals(SQLite::Database& database);

  // Leaves alone one that has runs.
  void remove_task(std::int64_t number);
  void remove_orphans(ports::NumberRange range);

 private:
  SQLite::Database& database_;
  SQLite::Statement remove_task_;
  SQLite::Statement remove_progress_;
};

}  // namespace pscheduler::adapters::store
